"""What lies in a folder of label maps: which files are images and which label maps, by their names.

A folder may be called by what it holds (``images``, ``SegmentationClass``), by a split or by both
(``train_labels``), in any case; a file may have an ending (``a_mask.png``) or a beginning.
"""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from res2net_mm.formats.image_file import IMAGE_SUFFIXES, LABEL_MAP_SUFFIXES
from res2net_mm.formats.splits import split_of

IMAGE, MAP, OTHER = 'image', 'label map', 'other'
JPEG = ('.jpg', '.jpeg')
LABEL_TEXT = ('.txt', '.xml', '.json')  # boxes, beside which pictures are none of label maps

IMAGE_WORDS = {'images', 'image', 'imgs', 'img', 'jpegimages', 'photos', 'inputs', 'input'}
MAP_WORDS = {
    'annotations', 'annotation', 'annots', 'annot', 'ann', 'anns', 'labels', 'label', 'lbl',
    'masks', 'mask', 'gt', 'gts', 'truth', 'groundtruth', 'segmentation', 'segmentations', 'seg',
    'semantic', 'targets', 'target',
}  # fmt: skip
#: Pictures of label maps, and label maps of single objects.
OTHER_WORDS = {
    'visualization', 'visualizations', 'visualisation', 'viz', 'vis', 'overlay', 'overlays',
    'preview', 'previews', 'object', 'objects', 'instance', 'instances', 'panoptic',
}  # fmt: skip
OTHER_ENDS = re.compile('(?i)[_ .-](color|colou?rs|instance(train)?ids|vis|viz|overlay|polygons)$')
MAP_ENDS = (
    'masks?|labels?|gt|l|lbl|seg|segmentation|annotations?|annot|ann|groundtruth|'
    'label(?:train)?ids|gtfine|gtcoarse'
)
IMAGE_ENDS = 'images?|img|sat|rgb|colou?r|leftimg8bit'
MAP_END = re.compile(f'(?i)[_ .-](?:{MAP_ENDS})$')
_AFFIXES = re.compile(
    f'(?i)^(?:(?:{MAP_ENDS}|{IMAGE_ENDS})[_ .-]+)+(?=.)|(?:[_ .-]+(?:{MAP_ENDS}|{IMAGE_ENDS}))+$'
)
_WORDS = re.compile('[A-Z]+(?![a-z])|[A-Z]?[a-z]+')
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


@dataclass(frozen=True)
class TreeFile:
    """An image or label map.

    Attributes:
        folder: Its folder.
        name: Its name.
        place: What the folders say.
    """

    folder: str
    name: str
    place: Place

    @property
    def path(self) -> str:
        return f'{self.folder}/{self.name}'

    @property
    def stem(self) -> str:
        """The name without suffix, in lower case."""
        return self.name.rpartition('.')[0].lower()

    @property
    def suffix(self) -> str:
        """The suffix in lower case."""
        return os.path.splitext(self.name)[1].lower()

    @property
    def core(self) -> str:
        """The stem without words for images and label maps at its ends."""
        return core(self.stem)


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
    """Return a stem without words for images and label maps at its ends."""
    return _AFFIXES.sub('', stem)


def read_tree(root: Path, places: Iterable[tuple[Path, Place]] | None = None) -> Tree:
    """Return what lies below a folder, walked once; links are followed, hidden files left out.

    Args:
        root: The folder.
        places: Folders whose meaning is known, to be read in place of all of it.
    """
    tree = Tree([], [], [], [], [])
    if places is None:
        for folder, names in _walk(root):
            below = os.path.relpath(folder, root).replace(os.sep, '/')
            _add(tree, folder, names, place_of('' if below == '.' else below))
        tree.lists.sort()
    else:
        for top, place in places:
            for folder, names in _walk(top):
                _add(tree, folder, names, place)
    return tree


@lru_cache(4096)
def place_of(below: str) -> Place:
    """Return what the names of folders say, for a path below the folder of the data."""
    role, split, kind, rest = None, None, '', []
    for part in reversed(below.split('/')) if below else ():
        name = _GLUED.sub(r'\1_', part)
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
    for folder, names in _walk(root):
        below = os.path.relpath(folder, root).replace(os.sep, '/')
        role = place_of('' if below == '.' else below).role
        for name in names:
            stem, suffix = os.path.splitext(name)
            is_called = role == MAP or (role != OTHER and MAP_END.search(stem))
            if suffix.lower() in LABEL_MAP_SUFFIXES and is_called:
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
    boxes = {os.path.splitext(n)[0] for n in names if n.lower().endswith(LABEL_TEXT)}
    stems = {os.path.splitext(n)[0].lower() for n in names if n.lower().endswith(IMAGE_SUFFIXES)}
    cores = {core(stem) for stem in stems if not MAP_END.search(stem)}
    for name in names:
        stem, suffix = os.path.splitext(name)
        suffix = suffix.lower()
        if suffix == '.txt' and split_of(stem):
            tree.lists.append(Path(folder, name))
        if suffix not in IMAGE_SUFFIXES and suffix not in LABEL_MAP_SUFFIXES:
            continue
        file, role = TreeFile(folder, name, place), place.role
        if role == OTHER or (role == MAP and OTHER_ENDS.search(stem)):
            tree.others.append(file)
        elif role == MAP and suffix in JPEG:
            if stem not in boxes:
                tree.jpeg_maps.append(file)
        elif role == MAP or _is_beside_image(stem, suffix, cores):
            tree.maps.append(file)
        elif suffix in IMAGE_SUFFIXES:
            tree.images.append(file)


def _is_beside_image(stem: str, suffix: str, cores: set[str]) -> bool:
    """Return whether a file is called after another of its folder with an ending like ``_mask``."""
    is_called = suffix in LABEL_MAP_SUFFIXES and MAP_END.search(stem) is not None
    return is_called and core(stem.lower()) in cores


def _walk(root: Path) -> Iterator[tuple[str, list[str]]]:
    visited = set()
    for top, folders, names in os.walk(root, followlinks=True):
        if (place := os.path.realpath(top)) in visited:  # a link to a folder above it
            folders.clear()
            continue
        visited.add(place)
        folders[:] = sorted(name for name in folders if not name.startswith('.'))
        # A folder that is called like an image is a fault for readers to find.
        pictures = [name for name in folders if name.lower().endswith(IMAGE_SUFFIXES)]
        yield top, sorted(name for name in (*names, *pictures) if not name.startswith('.'))
