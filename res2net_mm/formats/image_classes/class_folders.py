"""Which folders stand for a class and which for a split, by their names and their content."""

import os
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from res2net_mm.formats.image_file import IMAGE_SUFFIXES, paths_below
from res2net_mm.formats.label_maps import tree as label_map_tree
from res2net_mm.formats.splits import split_named, split_of

#: Folders of these names hold images and are no class: ``val/images/``, ``cat/images/``.
TRANSPARENT = {'images', 'image', 'imgs', 'img', 'jpegimages'}
JUNK = ('__MACOSX',)


class PlacedImage(NamedTuple):
    """An image and what its folders say.

    Attributes:
        path: Where it lies below the root.
        split: The split, None if none is named.
        label: The class, None where it lies in no class folder.
        is_nested: Whether it lies in a folder within that of its class.
    """

    path: str
    split: str | None
    label: str | None
    is_nested: bool


@dataclass(frozen=True)
class ClassFolders:
    """The images of a folder, by the folders of splits and classes.

    Attributes:
        root: The folder.
        images: Paths of the images below it, in order.
    """

    root: Path
    images: Sequence[str]

    @cached_property
    def levels(self) -> Mapping[str, str | None]:
        """Each folder whose subfolders are classes, by its path, with its split."""
        return self._levels_below('', None)

    @cached_property
    def placed(self) -> list[PlacedImage]:
        """What the folders say of each image."""
        levels, found = self.levels, {}
        for folder in self._direct:
            level = next((up for up in _upwards(folder) if up in levels), None)
            below = [] if level is None else folder[len(level) :].split('/')
            parts = [part for part in below if part and part.lower() not in TRANSPARENT]
            within = [part for part in parts[1:] if not split_named(part)]  # such as cat/train/
            named = next(filter(None, map(split_named, parts[1:])), None)
            split = None if level is None else levels[level]
            found[folder] = split or named, nfc(parts[0]) if parts else None, bool(within)
        return [PlacedImage(path, *found[path.rpartition('/')[0]]) for path in self.images]

    @cached_property
    def is_label_maps(self) -> bool:
        """Whether the folders are called as those of images and their label maps are."""
        for level in self.levels:
            names = (child.rpartition('/')[2] for child in self._children.get(level, []))
            roles = {label_map_tree.place_of(name).role for name in names}
            if {label_map_tree.IMAGE, label_map_tree.MAP} <= roles:
                return True
        return False

    def empty(self) -> list[str]:
        """Return the paths of class folders without an image."""
        found = []
        for level in self.levels:
            known = {child.rpartition('/')[2] for child in self._children.get(level, [])}
            place = self.root / level
            names = sorted(e.name for e in os.scandir(place) if e.is_dir())
            below = [name for name in names if name not in known and not name.startswith('.')]
            found += [f'{level}/{name}'.lstrip('/') for name in below if name not in JUNK]
        return found

    def empty_splits(self) -> list[str]:
        """Return the paths of folders that are called as a split and hold no image."""
        places = {'', *(level.rpartition('/')[0] for level in self.levels if level)}
        return [
            f'{place}/{entry.name}'.lstrip('/')
            for place in sorted(places)
            for entry in sorted(os.scandir(self.root / place), key=lambda entry: entry.name)
            if entry.is_dir() and split_named(entry.name) and not entry.name.startswith('.')
            if f'{place}/{entry.name}'.lstrip('/') not in self._children.get(place, [])
        ]

    def inner_classes(self) -> list[str]:
        """Return the folders within class folders that may be the classes that are meant.

        They are where each class folder holds several, and no image beside them, and no two class
        folders hold one of the same name.
        """
        inner: dict[str | None, dict[str, str]] = {}
        for image in self.placed:
            if not image.is_nested:
                if image.label is not None:
                    return []
                continue
            folder = image.path.rpartition('/')[0]
            inner.setdefault(image.label, {})[folder.rpartition('/')[2]] = folder
        names = [name for of_class in inner.values() for name in of_class]
        if len({*names}) < len(names) or any(len(of_class) < 2 for of_class in inner.values()):
            return []
        return [folder for of_class in inner.values() for folder in of_class.values()]

    @cached_property
    def _direct(self) -> dict[str, int]:
        """How many images lie in each folder itself."""
        counts: dict[str, int] = {}
        for path in self.images:
            folder = path.rpartition('/')[0]
            counts[folder] = counts.get(folder, 0) + 1
        return counts

    @cached_property
    def _children(self) -> dict[str, list[str]]:
        """The folders in each folder that hold images at any depth, by path."""
        found: dict[str, dict[str, None]] = {}
        for folder in self._direct:
            for child in _upwards(folder):
                if child:
                    found.setdefault(child.rpartition('/')[0], {})[child] = None
        return {folder: sorted(children) for folder, children in found.items()}

    def _splits_in(self, top: str) -> dict[str, str]:
        """Return the folders of splits in a folder; a class may be called train, too.

        They are those of splits if one of them holds folders, if there are several splits, or if
        there are no others.
        """
        children = self._children.get(top, [])
        names = {child: child.rpartition('/')[2] for child in children}
        by_word = {child: split for child, name in names.items() if (split := split_of(name))}
        whole = {child: split for child, name in names.items() if (split := split_named(name))}
        if len({*by_word.values()}) > 1 and any(child in self._children for child in by_word):
            return by_word
        are_splits = any(child in self._children for child in whole) or len({*whole.values()}) > 1
        return whole if are_splits or len(whole) == len(children) else {}

    def _levels_below(self, folder: str, split: str | None) -> dict[str, str | None]:
        """Return the folders of class folders in a folder that belongs to a split.

        What wraps a data set is passed through, such as ``archive/`` or ``train/train/``.
        """
        below = self._children.get(folder, [])
        if splits := self._splits_in(folder):
            found: dict[str, str | None] = {}
            for child in below:
                found |= self._levels_below(child, splits.get(child, split))
            return found
        wraps = len(below) == 1 and below[0] in self._children
        if wraps and (not self._direct.get(folder) or self._splits_in(below[0])):
            return self._levels_below(below[0], split)
        return {folder: split}


def find_class_folders(root: Path) -> ClassFolders:
    """Return the images of a folder, by splits and classes."""
    paths = paths_below(root)
    images = [path for path in paths if path.lower().endswith(IMAGE_SUFFIXES)]
    folders = {path.rpartition('/')[0] for path in paths}  # which may be called cat.jpg
    return ClassFolders(root, [path for path in images if path not in folders])


def nfc(name: str) -> str:
    """Return a name in the one form of Unicode that macOS and other systems agree on."""
    return unicodedata.normalize('NFC', name)


def _upwards(folder: str) -> Iterator[str]:
    """Yield a folder and those above it, up to the root ``''``."""
    yield folder
    while folder:
        folder = folder.rpartition('/')[0]
        yield folder
