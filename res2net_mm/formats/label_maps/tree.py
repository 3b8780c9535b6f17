"""What lies in a folder of label maps: which files are images and which label maps, by their names.

A folder may be called by what it holds (``images``, ``SegmentationClass``), by a split or by both
(``train_labels``), in any case; a file may have an ending (``a_mask.png``) or a beginning.
"""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from res2net_mm.formats.image_file import IMAGE_SUFFIXES, LABEL_MAP_SUFFIXES, paths_below
from res2net_mm.formats.splits import split_named, split_of

IMAGE, MAP, OTHER = 'image', 'label map', 'other'
JPEG = ('.jpg', '.jpeg')
LABEL_TEXT = ('.txt', '.xml', '.json')  # boxes, beside which pictures are none of label maps

IMAGE_WORDS = {'images', 'image', 'imgs', 'img', 'jpegimages', 'photos', 'inputs', 'input'}
MAP_WORDS = {
    'annotations', 'annotation', 'annots', 'annot', 'ann', 'anns', 'labels', 'label', 'lbl',
    'masks', 'mask', 'gt', 'gts', 'truth', 'groundtruth', 'segmentation', 'segmentations', 'seg',
    'semantic', 'targets', 'target', 'stuffthingmaps', 'manual',
}  # fmt: skip
#: Pictures of label maps, and label maps of single objects.
OTHER_WORDS = {
    'visualization', 'visualizations', 'visualisation', 'viz', 'vis', 'overlay', 'overlays',
    'preview', 'previews', 'object', 'objects', 'instance', 'instances', 'panoptic', 'colormap',
    'colormaps',
}  # fmt: skip
#: Words at the ends of file names.
MAP_ENDS = {
    'mask', 'masks', 'label', 'labels', 'gt', 'l', 'lbl', 'seg', 'segmentation', 'annotation',
    'annotations', 'annot', 'ann', 'groundtruth', 'labelids', 'labeltrainids', 'gtfine', 'gtcoarse',
    'manual', 'manual1', 'manual2',
}  # fmt: skip
IMAGE_ENDS = {'image', 'images', 'img', 'sat', 'rgb', 'color', 'colour', 'leftimg8bit'}
OTHER_ENDS = {
    'color', 'colors', 'colour', 'colours', 'instanceids', 'instancetrainids', 'vis', 'viz',
    'overlay', 'polygons',
}  # fmt: skip
_ENDS = MAP_ENDS | IMAGE_ENDS
_PARTS = re.compile('([_ .-]+)')
_WORDS = re.compile('[A-Z]+(?![a-z])|[A-Z]?[a-z]+')
#: The splits of DUTS are called so.
_DUTS = (
    (re.compile('(?i)^duts-tr(?![a-z])'), 'train'),
    (re.compile('(?i)^duts-te(?![a-z])'), 'test'),
)
_GLUED = re.compile('(?i)^(train|valid|val|test)(?=annot|mask|label|image|img)')


@dataclass(frozen=True)
class Place:
    """What the names of the folders above a file say.

    Attributes:
        role: ``IMAGE``, ``MAP`` or ``OTHER`` by the lowest folder that says it; None if none does.
        split: The split by the lowest folder that says it, None if none does.
        rest: The other folders, in which an image and its label map agree.
        kind: The name of the folder that says the role, without its split.
    """

    role: str | None
    split: str | None
    rest: str
    kind: str = ''


@dataclass(eq=False, slots=True)
class TreeFile:
    """An image or label map.

    Attributes:
        folder: Its folder.
        name: Its name.
        place: What the folders say.
        stem: The name without suffix, in lower case.
        core: The stem without words for images and label maps at its ends.
    """

    folder: str
    name: str
    place: Place
    stem: str = field(init=False)
    core: str = field(init=False)

    def __post_init__(self) -> None:
        self.stem = self.name.rpartition('.')[0].lower()
        self.core = core(self.stem)

    @property
    def path(self) -> str:
        return f'{self.folder}/{self.name}'


@dataclass
class Tree:
    """The files of a folder that may be images and label maps.

    Attributes:
        images: Those that may be images.
        maps: Those that may be label maps.
        jpeg_maps: JPEG files where label maps lie.
        others: Pictures of label maps and the like.
        lists: Text files called by a split.
    """

    images: list[TreeFile]
    maps: list[TreeFile]
    jpeg_maps: list[TreeFile]
    others: list[TreeFile]
    lists: list[Path]


def core(stem: str) -> str:
    """Return a stem without words for images, label maps and splits at its ends."""
    parts = _PARTS.split(stem)
    first, last = 0, len(parts)
    while first < last and _is_end(parts[first].lower()):
        first += 2
    while last > first and _is_end(parts[last - 1].lower()):
        last -= 2
    return ''.join(parts[first:last])


@lru_cache
def _is_end(word: str) -> bool:
    return word in _ENDS or split_named(word) is not None


def read_tree(root: Path, places: Iterable[tuple[Path, Place]] | None = None) -> Tree:
    """Return what lies below a folder; links are followed, hidden files left out.

    Args:
        root: The folder.
        places: Subfolders with their roles, if they are known. Only these are read then.
    """
    tree = Tree([], [], [], [], [])
    for top, known in [(root, None)] if places is None else places:
        for below, names in _folders(top):
            _add(tree, os.path.join(top, below).rstrip('/'), names, known or place_of(below))
    if places is not None:
        tree.lists.clear()
    tree.lists.sort()
    return tree


@lru_cache(4096)
def place_of(below: str) -> Place:
    """Return what the names of folders say, for a path below the folder of the data."""
    role, split, kind, rest = None, None, '', []
    for part in reversed(below.split('/')) if below else ():
        name = _GLUED.sub(r'\1_', part)
        for pattern, split_name in _DUTS:
            name = pattern.sub(split_name, name)
        words = [word.lower() for word in _WORDS.findall(name)]
        its_split, its_role = split_of(name), _role_of(words)
        if role is None and its_role is not None:
            role = its_role
            kind = '_'.join(word for word in words if split_of(word) is None)
        split = its_split if split is None else split
        if its_role is None and its_split is None:
            rest.append(part)
    return Place(role, split, '/'.join(reversed(rest)), kind)


def may_hold_label_maps(root: Path) -> bool:
    """Return whether there is a label map where they usually lie."""
    for below, names in _folders(root):
        role = place_of(below).role
        for name in names:
            stem, suffix = os.path.splitext(name.lower())
            is_label_map = role == MAP or (role != OTHER and _is_called_map(stem))
            if suffix in LABEL_MAP_SUFFIXES and is_label_map:
                return True
    return False


def _role_of(words: list[str]) -> str | None:
    found = {*words, ''.join(words)}
    for role, known in ((OTHER, OTHER_WORDS), (MAP, MAP_WORDS), (IMAGE, IMAGE_WORDS)):
        if found & known:
            return role
    return None


def _add(tree: Tree, folder: str, names: list[str], place: Place) -> None:
    """Add the files of a folder."""
    pairs = [(name, *os.path.splitext(name.lower())) for name in names]
    stems = {
        kind: {stem for _, stem, suffix in pairs if suffix in suffixes}
        for kind, suffixes in ((IMAGE, IMAGE_SUFFIXES), (MAP, LABEL_MAP_SUFFIXES), ('jpeg', JPEG))
    }
    boxes = {stem for _, stem, suffix in pairs if suffix in LABEL_TEXT}
    bare = {core(stem) for stem in stems[IMAGE] if not _is_called_map(stem)}
    twins = stems[MAP] & stems['jpeg']
    for name, stem, suffix in pairs:
        if suffix == '.txt' and split_of(stem):
            tree.lists.append(Path(folder, name))
        if suffix not in IMAGE_SUFFIXES and suffix not in LABEL_MAP_SUFFIXES:
            continue
        file, role, parts = TreeFile(folder, name, place), place.role, _PARTS.split(stem)
        is_lossless = suffix in LABEL_MAP_SUFFIXES
        is_twin = stem in twins and 2 * len(twins) > len(stems['jpeg'])  # a.png beside a.jpg
        if role == OTHER or (parts[-1] in OTHER_ENDS and (role == MAP or parts[0] in MAP_ENDS)):
            tree.others.append(file)
        elif role == MAP and suffix in JPEG:
            if stem not in boxes:
                tree.jpeg_maps.append(file)
        elif role == MAP or (
            is_lossless and (is_twin or (_is_called_map(stem) and core(_unnumbered(stem)) in bare))
        ):
            tree.maps.append(file)
        elif suffix in IMAGE_SUFFIXES:
            tree.images.append(file)


def _is_called_map(stem: str) -> bool:
    return _PARTS.split(_unnumbered(stem))[-1] in MAP_ENDS


def _unnumbered(stem: str) -> str:
    """Return ``a_mask`` for ``a_mask_1``, one of several label maps of an image."""
    start, _, number = stem.rpartition('_')
    return start if number.isdigit() and _PARTS.split(start)[-1] in MAP_ENDS else stem


def _folders(root: Path) -> list[tuple[str, list[str]]]:
    """Return the folders below a folder, by their paths below it, with what lies in each."""
    found: dict[str, list[str]] = {}
    for path in paths_below(root):
        below, _, name = path.rpartition('/')
        found.setdefault(below, []).append(name)
    return sorted(found.items())
