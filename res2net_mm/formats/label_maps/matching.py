"""Images and label maps that belong together, by their names and by the folders they lie in."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from res2net_mm.formats.image_file import IMAGE_SUFFIXES
from res2net_mm.formats.label_maps.tree import MAP, TreeFile, core


class Kind(NamedTuple):
    """What label maps of one kind share, in the order in which kinds are taken.

    Attributes:
        is_array: Whether they are arrays.
        is_beside: Whether they lie elsewhere than in a folder of label maps.
        is_lesser: Whether they are called coarse, or by colours.
        folder: The name of their folder, without the split.
        ending: What follows the name of the image.
    """

    is_array: bool
    is_beside: bool
    is_lesser: bool
    folder: str
    ending: str

    def __str__(self) -> str:
        return f'{self.folder or "beside images"}/*{self.ending}{".npy" * self.is_array}'


#: Endings of Cityscapes' label maps, the best first, and what is never mixed with another kind.
IDS = ('labeltrainids', 'labelids')


@dataclass
class Matches:
    """Which label map belongs to which image.

    Attributes:
        label_maps: By image, its label map.
        unused: Label maps that are not used since their image has another one: by kind.
        alone: Label maps without an image.
    """

    label_maps: dict[TreeFile, TreeFile] = field(default_factory=dict)
    unused: dict[str, list[TreeFile]] = field(default_factory=dict)
    alone: list[TreeFile] = field(default_factory=list)


def match(images: Sequence[TreeFile], maps: Iterable[TreeFile]) -> Matches:
    """Find the label map of each image.

    An image and its label map are of one split and have the same stem, or the same without words
    such as ``mask`` at its ends; else the label map has the image's stem and any ending. They lie
    in the same folders but for those that tell images, label maps and splits, or no other image
    has this name. Where an image has label maps of several kinds, the kind with the most is taken,
    and what is passed over in one split is not taken in another: the masks of the field of view
    in DRIVE's test split are no labels.
    """
    index = _Index(images)
    found: dict[TreeFile, dict[Kind, TreeFile]] = {}
    matches = Matches()
    for label_map in maps:
        image = index.find(label_map)
        if image is None:
            matches.alone.append(label_map)
            continue
        kinds = found.setdefault(image, {})
        kind = _kind(image, label_map)
        if kind in kinds:
            matches.unused.setdefault('of the same name', []).append(label_map)
        else:
            kinds[kind] = label_map
    sizes: dict[str | None, Counter[Kind]] = {}
    for image, kinds in found.items():
        sizes.setdefault(image.place.split, Counter()).update(kinds.keys())
    first = {split: min(kinds, key=_rank(kinds)) for split, kinds in sizes.items()}
    passed_over = {
        kind.folder
        for split, kinds in sizes.items()
        for kind in kinds
        if kind.folder != first[split].folder
    }
    takers = Counter(kind.folder for kind in first.values())
    for image, kinds in found.items():
        best = first[image.place.split]
        if best.folder in passed_over and takers[best.folder] == 1:
            for kind, label_map in kinds.items():
                matches.unused.setdefault(str(kind), []).append(label_map)
            continue
        chosen = min(kinds, key=_rank(sizes[image.place.split]))
        never_mixed = best.ending.endswith(IDS) or chosen.ending.endswith(IDS)
        for kind, label_map in kinds.items():
            if kind == chosen and (kind == best or not never_mixed):
                matches.label_maps[image] = label_map
            else:
                matches.unused.setdefault(str(kind), []).append(label_map)
    return matches


def _rank(counts: Mapping[Kind, int]) -> Callable[[Kind], tuple[Any, ...]]:
    """Return the order in which kinds of label maps are taken."""

    def rank(kind: Kind) -> tuple[Any, ...]:
        ids = next((i for i, end in enumerate(IDS) if kind.ending.endswith(end)), len(IDS))
        # Where labels are called manual, what is called mask is the field of view.
        is_drawn = 'manual' in kind.folder
        return kind.is_lesser, not is_drawn, -counts[kind], ids, kind

    return rank


def _kind(image: TreeFile, label_map: TreeFile) -> Kind:
    stem, place = label_map.stem, label_map.place
    start = stem.find(image.core)
    ending = stem[start + len(image.core) :] if start >= 0 else stem
    is_array, is_beside = label_map.name.lower().endswith('.npy'), place.role != MAP
    is_lesser = any(word in place.kind + ending for word in ('colo', 'coarse'))
    return Kind(is_array, is_beside, is_lesser, place.kind, ending)


def _without_image_suffix(stem: str) -> str:
    """Return the stem of ``a.jpg`` for a label map that is called ``a.jpg.png``."""
    start, suffix = os.path.splitext(stem)
    return start if suffix in IMAGE_SUFFIXES else stem


class _Index:
    """Images by their names."""

    def __init__(self, images: Sequence[TreeFile]) -> None:
        self.near: dict[tuple[str | None, str, str], TreeFile | None] = {}
        self.far: dict[str, list[TreeFile]] = {}
        for image in images:
            stem = image.stem
            self.near.setdefault((image.place.split, image.place.rest, stem), image)
        for image in images:
            stem, bare = image.stem, image.core
            if bare != stem:
                key = image.place.split, image.place.rest, bare
                # Two images of one name without its ends cannot be told apart by it.
                self.near[key] = None if key in self.near else image
            for name in {stem, bare}:
                self.far.setdefault(name, []).append(image)

    def find(self, label_map: TreeFile) -> TreeFile | None:
        """Return the image of a label map, None where there is none or several fit."""
        place, stem = label_map.place, label_map.stem
        names = [*dict.fromkeys((stem, label_map.core, core(_without_image_suffix(stem))))]
        for name in names:
            if image := self.near.get((place.split, place.rest, name)):
                return image
        cuts = [i for i, letter in enumerate(stem) if letter in '_-. ' and i]
        names += [stem[:cut] for cut in reversed(cuts)]
        for name in names:
            near = self.near.get((place.split, place.rest, name))
            if image := near or self._far(name, place.split):
                return image
        return None

    def _far(self, name: str, split: str | None) -> TreeFile | None:
        images = [
            image
            for image in self.far.get(name, ())
            if split is None or image.place.split in (None, split)
        ]
        return images[0] if len(images) == 1 else None
