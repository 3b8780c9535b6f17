"""COCO layout: which JSON file holds the boxes of each split, and which folder its images."""

import os
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from res2net_mm.errors import UserError
from res2net_mm.formats.boxes.coco_content import coco_content
from res2net_mm.formats.boxes.label_files import begins_like, split_of_file
from res2net_mm.formats.findings import NOTE, PROBLEM, Findings
from res2net_mm.formats.image_file import leads_out, paths_below
from res2net_mm.formats.image_index import ImageIndex
from res2net_mm.formats.reader import BOXES, BoxImages, Reader
from res2net_mm.formats.splits import UNNAMED, split_named
from res2net_mm.formats.text_file import read_json

LOOKED_FOR = (
    'COCO layout: annotations/instances_train2017.json beside the images, or '
    'train/_annotations.coco.json'
)
NAMES = 'from the categories in the JSON'
SAMPLE = 20  # images of a file that are looked for to find their folder
DEEPEST = 4  # folders between the root and a file
MANY = 20  # JSON files in a folder, beyond which those that begin otherwise are not read
# Categories alone name the classes of another layout, unless there are many.
START = r'^\s*\{[^\0]*("(images|annotations)"\s*:\s*\[|"categories"\s*:\s*\[[^\0]{3000})'

Content = dict[str, Any]


@dataclass(frozen=True)
class Task:
    """Which JSON files of a folder hold the labels of a task, of those that COCO has.

    Attributes:
        prefix: How COCO's names of its files begin.
        word: What a name of its files holds; beside them, other files of a split are not used.
        others: How names of files of other tasks begin, which COCO keeps beside them.
        content: Takes a file, its parsed content and findings; returns the content, mended, or
            None if it is not of this task.
    """

    prefix: str
    word: str
    others: tuple[str, ...]
    content: Callable[[Path, Any, Findings], Content | None]


INSTANCES = Task(
    'instances',
    'instances',
    ('captions_', 'person_keypoints_', 'stuff_', 'panoptic_', 'image_info_'),
    coco_content,
)


def read_coco(root: Path, findings: Findings, task: Task = INSTANCES) -> dict[str, BoxImages]:
    """Return the splits of a folder in COCO layout; none if it is not in it.

    A file belongs to the split that its name contains, else to that of the nearest folder named
    after one. A file that is of no split holds the training images where no other does; images
    that it shares with another split are not trained on.

    Raises:
        UserError: A file cannot be read, two files claim a split, or images are not found.
    """
    named: dict[str, list[Path]] = {}
    for file in json_files(root, task):
        named.setdefault(split_of_file(file.relative_to(root)) or UNNAMED, []).append(file)
    found: dict[str, BoxImages] = {}
    strange: list[tuple[str, Path]] = []  # files named after a split that are not COCO's
    images = ImageIndex(root)
    for split, files in named.items():
        own = [file for file in files if task.word in file.name] or files
        read = {file: read_json(file) for file in own}
        mended = {file: task.content(file, content, findings) for file, content in read.items()}
        contents = {file: content for file, content in mended.items() if content is not None}
        if not contents:
            strange += [(split, file) for file in own if _is_meant(file, task)][:1]
        if len(contents) > 1:
            names = ', '.join(file.relative_to(root).as_posix() for file in contents)
            raise UserError(
                f'{root} has {len(contents)} annotation files for the split {split!r}: {names}. '
                'Keep one of them there.'
            )
        for file, content in contents.items():
            part = with_images(root, file, split, content, images, findings)
            is_copy = part.is_copy or content is not read[file]
            found[split] = replace(part, is_copy=is_copy)
        others = {file: _content_of(file, task) for file in files if file not in own}
        unused = {file: content for file, content in others.items() if content is not None}
        _name_unused(root, unused, f'beside {own[0].name}', findings)
    for split, file in strange:
        if split != UNNAMED and (found or file.name.startswith(task.prefix)):
            raise UserError(
                f'{file} is not in COCO layout, as it has no list images: mend it, or give it a '
                f'name that does not stand for the split {split!r}.'
            )
    if len(found) > 1 and UNNAMED in found:
        loose = found.pop(UNNAMED)
        if 'train' in found or 'trainval' in found:
            _name_unused(
                root, {loose.file: loose.content}, 'beside the splits that are named', findings
            )
        else:
            found['trainval'] = loose
    return found


def json_files(root: Path, task: Task) -> list[Path]:
    """Return the JSON files of a folder that may hold the labels of a task."""
    folders: dict[str, list[str]] = defaultdict(list)
    for path in paths_below(root):  # a folder of such a name is no file, which reading it says
        folder, _, name = path.rpartition('/')
        if name.lower().endswith('.json') and not name.startswith(task.others):
            folders[folder].append(path)
    found: list[Path] = []
    for folder, paths in folders.items():
        if folder.count('/') < DEEPEST:
            # Of many each describes an image, but for one of COCO's among them.
            many = len(paths) > MANY
            found += [root / path for path in paths if not many or begins_like(root / path, START)]
    return found


def _is_meant(file: Path, task: Task) -> bool:
    """Return whether the name of a file says that it holds the labels of a split."""
    stem = file.stem.lower()
    return split_named(stem) is not None or 'coco' in stem or task.word in stem


def _content_of(file: Path, task: Task) -> Content | None:
    """Return the content of a JSON file, None if it is not of the task or cannot be read."""
    try:
        return task.content(file, read_json(file), Findings())
    except UserError:
        return None


def _name_unused(
    root: Path, files: Mapping[Path, Mapping[str, Any]], why: str, findings: Findings
) -> None:
    names = [
        f'{file.relative_to(root).as_posix()} with {len(content["annotations"])} boxes'
        for file, content in files.items()
    ]
    fix = 'name the split in the file name, as in train.json, or take the file away'
    findings.add(PROBLEM, root, f'annotation files that are not used {why}', names, fix)


def with_images(
    root: Path,
    file: Path,
    split: str,
    content: Content,
    images: ImageIndex,
    findings: Findings,
) -> BoxImages:
    """Return the split of a file, once it is known where its images are.

    Raises:
        UserError: The file lists no image, or none of the first is there.
    """
    names = [_written_name(file, image) for image in content['images']]
    if not names:
        raise UserError(f'{file} lists no images.')
    sample = [name for name in names[:SAMPLE] if not leads_out(name)]
    places = _places(root, file, split)
    # isfile has no error for a name that no file can have.
    present = [sum(os.path.isfile(place / name) for name in sample) for place in places]
    if max(present) == len(names[:SAMPLE]) and not any(map(leads_out, names)):
        return BoxImages(file, places[present.index(max(present))], content, names_from=NAMES)
    found = images.find_all(names, split)
    if not any(name in found for name in names[:SAMPLE]):
        if any(present):  # some are there, and the rest is nowhere
            return BoxImages(file, places[present.index(max(present))], content, names_from=NAMES)
        looked = ', '.join(str(place.relative_to(root)) for place in places)
        raise UserError(
            f'the images of {file} are not there: {names[0]} was looked for in {root}, first in '
            f'the folders {looked}, then by its name in all of them.'
        )
    what = 'images that are not where their file_name says, found by the end of it'
    findings.add(NOTE, file, what, [f'{name} is {path}' for name, path in found.items()])
    listed = [
        {**image, 'file_name': found.get(name, name)}
        for image, name in zip(content['images'], names, strict=True)
    ]
    return BoxImages(file, root, {**content, 'images': listed}, True, NAMES)


def _places(root: Path, file: Path, split: str) -> list[Path]:
    """Return the folders that images of a file usually are in, the likely ones first."""
    bases = (root, root / 'images')
    stem = file.stem.removeprefix('instances_').removeprefix('person_keypoints_')
    places = [base / stem for base in bases]
    children = [child for base in bases for child in sorted(base.glob('*/'))]
    places += [child for child in children if split_named(child.name) == split]
    places += [root / 'images', file.parent, file.parent / 'data', file.parent / 'images']
    if file.parent != root:
        places.append(file.parent.parent / 'images')
    places += [root, root / 'JPEGImages', root / 'data']
    return [place for place in dict.fromkeys(places) if place.is_dir()]


def _written_name(file: Path, image: Mapping[str, Any]) -> str:
    name = image.get('file_name')
    if not isinstance(name, str) or not name:
        raise UserError(f'{file}: the image {image!r} has no file_name.')
    return name


def file_name_of(file: Path, image: Mapping[str, Any]) -> str:
    """Return the file name of an image entry, which must not lead out of the folder."""
    name = _written_name(file, image)
    if leads_out(name):
        raise UserError(
            f'{file}: the file_name {name!r} leads out of the folder; it must be relative to the '
            'folder of the images.'
        )
    return name


COCO = Reader(
    'coco',
    BOXES,
    LOOKED_FOR,
    lambda root: bool(json_files(root, INSTANCES)),
    read_coco,
    '.json',
    START,
)
