"""COCO layout: which JSON file holds the boxes of each split, and which folder its images."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from res2net_mm.errors import UserError
from res2net_mm.formats.findings import Findings
from res2net_mm.formats.image_file import leads_out
from res2net_mm.formats.reader import BOXES, BoxImages, Reader
from res2net_mm.formats.splits import UNNAMED, split_named, split_of
from res2net_mm.formats.text_file import read_json

LISTS = ('images', 'annotations', 'categories')
ID_KEYS = ('id', 'image_id', 'category_id')
# COCO 2017 keeps these beside the instances; they hold other tasks.
OTHER_TASKS = ('captions_', 'person_keypoints_', 'stuff_', 'panoptic_', 'image_info_')
LOOKED_FOR = (
    'COCO layout: annotations/instances_train2017.json or annotations/train.json beside the '
    'images, or train/_annotations.coco.json'
)
SAMPLE = 20  # images of a file that are looked for to find their folder


def read_coco(root: Path, findings: Findings) -> dict[str, BoxImages]:
    """Return the splits of a folder in COCO layout; none if it is not in it.

    Raises:
        UserError: A file cannot be read, two files claim a split, or images are not found.
    """
    named: dict[str, list[Path]] = {}
    for file in _json_files(root):
        split = split_of(file.stem) or split_of(file.parent.name if file.parent != root else '')
        named.setdefault(split or UNNAMED, []).append(file)
    if len(named) > 1:
        named.pop(UNNAMED, None)  # something beside the splits, such as a list of licences

    found: dict[str, BoxImages] = {}
    strange: list[tuple[str, Path]] = []  # files named after a split that are not COCO's
    for split, files in named.items():
        instances = [file for file in files if file.name.startswith('instances')] or files
        read = {file: read_json(file) for file in instances}
        contents = {file: content for file, content in read.items() if is_coco(file, content)}
        if not contents:
            strange.append((split, instances[0]))
        if len(contents) > 1:
            raise UserError(
                f'{root} has {len(contents)} annotation files for the split {split!r}: '
                f'{", ".join(file.name for file in contents)}. Keep one of them there.'
            )
        for file, content in contents.items():
            found[split] = BoxImages(file, _image_dir(root, file, split, content), content)
    for split, file in strange:
        if split != UNNAMED and (found or file.name.startswith('instances')):
            raise UserError(
                f'{file} is not in COCO layout, as it has no list images: mend it, or give it a '
                f'name that does not stand for the split {split!r}.'
            )
    return found


def _json_files(root: Path) -> list[Path]:
    """Return the JSON files that may hold boxes."""
    splits = [place for place in sorted(root.glob('*/')) if split_named(place.name)]
    places = [root / 'annotations', root, *splits]
    files = [file for place in places for file in sorted(place.glob('*.json'))]
    return [file for file in files if not file.name.startswith(OTHER_TASKS)]


def is_coco(file: Path, content: Any) -> bool:
    """Return whether the content of a JSON file is COCO's.

    Raises:
        UserError: It has a list of images, but not the rest of a COCO file.
    """
    held = [
        key for key in LISTS if isinstance(content, dict) and isinstance(content.get(key), list)
    ]
    if 'images' not in held:
        return False
    if len(held) < len(LISTS):
        lacking = ', '.join(key for key in LISTS if key not in held)
        raise UserError(f'{file} is not a COCO annotation file: it has no list {lacking}.')
    for key in LISTS:
        for index, entry in enumerate(content[key]):
            ids = [entry.get(k) for k in ID_KEYS] if isinstance(entry, dict) else [entry]
            if any(isinstance(value, dict | list) for value in ids) or not isinstance(entry, dict):
                raise UserError(f'{file}: {key}[{index}] is not an entry of COCO: {entry!r:.80}.')
    return True


def _image_dir(root: Path, file: Path, split: str, content: Mapping[str, Any]) -> Path:
    """Return the folder that holds the first images of a file."""
    names = [file_name_of(file, image) for image in content['images']][:SAMPLE]
    if not names:
        raise UserError(f'{file} lists no images.')
    bases = (root, root / 'images')
    places = [base / file.stem.removeprefix('instances_') for base in bases]
    children = [child for base in bases for child in sorted(base.glob('*/'))]
    places += [child for child in children if split_named(child.name) == split]
    places += [root / 'images', file.parent, root, root / 'JPEGImages', root / 'data']
    places = [place for place in dict.fromkeys(places) if place.is_dir()]
    # isfile has no error for a name that no file can have.
    present = [sum(os.path.isfile(place / name) for name in names) for place in places]
    if not any(present):
        looked = ', '.join(str(place.relative_to(root)) for place in places)
        raise UserError(
            f'the images of {file} are not there: {names[0]} was looked for in {root} in the '
            f'folders {looked}.'
        )
    return places[present.index(max(present))]


def file_name_of(file: Path, image: Mapping[str, Any]) -> str:
    """Return the file name of an image entry, which must not lead out of the folder."""
    name = image.get('file_name')
    if not isinstance(name, str) or not name:
        raise UserError(f'{file}: the image {image!r} has no file_name.')
    if leads_out(name):
        raise UserError(
            f'{file}: the file_name {name!r} leads out of the folder; it must be relative to the '
            'folder of the images.'
        )
    return name


COCO = Reader('coco', BOXES, LOOKED_FOR, lambda root: bool(_json_files(root)), read_coco)
