"""Finds the splits of a folder in COCO layout: which JSON file, and which folder of images."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from res2net_mm.errors import UserError
from res2net_mm.formats.image_file import leads_out
from res2net_mm.formats.text_file import read_json

# The names a split goes by. 'all' stands for a file that names none.
ALIASES = {
    'train': ('train', 'training'),
    'val': ('val', 'valid', 'validation', 'minival', 'dev'),
    'trainval': ('trainval',),
    'test': ('test', 'testing'),
    'all': (),
}
LISTS = ('images', 'annotations', 'categories')
ID_KEYS = ('id', 'image_id', 'category_id')
# COCO 2017 keeps these beside the instances; they hold other tasks.
OTHER_TASKS = ('captions_', 'person_keypoints_', 'stuff_', 'panoptic_', 'image_info_')
LOOKED_FOR = (
    'COCO layout: annotations/instances_train2017.json or annotations/train.json beside the '
    'images, or train/_annotations.coco.json'
)


@dataclass(frozen=True)
class LabelledImages:
    """One split as it was read.

    Attributes:
        file: where its labels come from, for messages.
        image_dir: what the file names of its images are relative to.
        content: the labels as a COCO dict; never changed in place.
        is_copy: whether ``content`` differs from what ``file`` holds as a COCO file.
    """

    file: Path
    image_dir: Path
    content: dict
    is_copy: bool = False


def find_coco(root: Path) -> dict[str, LabelledImages]:
    """The splits of ``root`` by name (keys of ``ALIASES``); empty if it is not in COCO layout.

    Raises:
        UserError: a file cannot be read, two files claim a split, or images are not found.
    """
    named: dict[str, list[Path]] = {}
    for file in _json_files(root):
        split = split_name(file.stem) or split_name(file.parent.name if file.parent != root else '')
        named.setdefault(split or 'all', []).append(file)
    if len(named) > 1:
        named.pop('all', None)  # something beside the splits, such as a list of licences

    found, named_only = {}, []
    for split, files in named.items():
        instances = [file for file in files if file.name.startswith('instances')] or files
        read = {file: read_json(file) for file in instances}
        others = [file for file, content in read.items() if not is_coco(file, content)]
        if others and len(others) == len(read):
            named_only.append((split, others[0]))
        read = {file: content for file, content in read.items() if file not in others}
        if len(read) > 1:
            raise UserError(
                f'{root} has {len(read)} annotation files for the split {split!r}: '
                f'{", ".join(file.name for file in read)}. Keep one of them there.'
            )
        for file, content in read.items():
            found[split] = LabelledImages(file, _image_dir(root, file, split, content), content)
    for split, file in named_only:
        if split != 'all' and (found or file.name.startswith('instances')):
            raise UserError(
                f'{file} is not in COCO layout, as it has no list images: mend it, or give it a '
                f'name that does not stand for the split {split!r}.'
            )
    return found


def split_name(text: str) -> str | None:
    """``train`` for ``instances_train2017`` and the like; None if no split is named."""
    for word in re.findall('[a-z]+', text.lower()):
        for split, aliases in ALIASES.items():
            if word in aliases:
                return split
    return None


def _json_files(root: Path) -> list[Path]:
    folders = [root / 'annotations', root]
    folders += [root / alias for aliases in ALIASES.values() for alias in aliases]
    files = [file for folder in folders for file in sorted(folder.glob('*.json'))]
    return [file for file in files if not file.name.startswith(OTHER_TASKS)]


def is_coco(file: Path, content) -> bool:
    """Whether a JSON file's content is COCO's.

    Raises:
        UserError: it is meant to be, and is not.
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
            if any(isinstance(value, (dict, list)) for value in ids) or not isinstance(entry, dict):
                raise UserError(f'{file}: {key}[{index}] is not an entry of COCO: {entry!r:.80}.')
    return True


def _image_dir(root: Path, file: Path, split: str, content: dict) -> Path:
    """The folder that holds the first images of ``content``."""
    names = [file_name_of(file, image) for image in content['images'][:20]]
    if not names:
        raise UserError(f'{file} lists no images.')
    folders = [file.stem.removeprefix('instances_'), *ALIASES[split]]
    places = [base / name for name in folders for base in (root, root / 'images')]
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


def file_name_of(file: Path, image: dict) -> str:
    """The image's file name, which must not lead out of the folder."""
    name = image.get('file_name')
    if not isinstance(name, str) or not name:
        raise UserError(f'{file}: the image {image!r} has no file_name.')
    if leads_out(name):
        raise UserError(
            f'{file}: the file_name {name!r} leads out of the folder; it must be relative to the '
            'folder of the images.'
        )
    return name
