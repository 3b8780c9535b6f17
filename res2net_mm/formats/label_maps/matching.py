"""Images and label maps that belong together, by their names and by the folders they lie in."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from res2net_mm.formats.label_maps.tree import TreeFile

Kind = tuple[str, str, bool]  # folder and ending of label maps of one kind, whether arrays

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
    has this name. Where an image has label maps of several kinds, the kind with the most is taken.
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
    for image, kinds in found.items():
        counts = sizes[image.place.split]
        best = min(counts, key=lambda kind: _rank(kind, counts[kind]))
        chosen = min(kinds, key=lambda kind: _rank(kind, counts[kind]))
        never_mixed = best[1].endswith(IDS) or chosen[1].endswith(IDS)
        for kind, label_map in kinds.items():
            if kind == chosen and (kind == best or not never_mixed):
                matches.label_maps[image] = label_map
            else:
                named = f'{kind[0] or "beside images"}/*{kind[1]}{".npy" if kind[2] else ""}'
                matches.unused.setdefault(named, []).append(label_map)
    return matches


def _rank(kind: Kind, count: int) -> tuple[int, int, bool, Kind]:
    """Return the order in which kinds of label maps are taken."""
    ids = next((i for i, end in enumerate(IDS) if kind[1].endswith(end)), len(IDS))
    return -count, ids, kind[2], kind


def _kind(image: TreeFile, label_map: TreeFile) -> Kind:
    stem = label_map.stem
    start = stem.find(image.core)
    ending = stem[start + len(image.core) :] if start >= 0 else stem
    return label_map.place.kind, ending, label_map.suffix == '.npy'


class _Index:
    """Images by their names."""

    def __init__(self, images: Sequence[TreeFile]) -> None:
        self.near: dict[tuple[str | None, str, str], TreeFile | None] = {}
        self.far: dict[str, list[TreeFile]] = {}
        for image in images:
            stem = image.stem
            self.near.setdefault((image.place.split, image.place.rest, stem), image)
        for image in images:
            stem, core = image.stem, image.core
            if core != stem:
                key = image.place.split, image.place.rest, core
                # Two images of one name without its ends cannot be told apart by it.
                self.near[key] = None if key in self.near else image
            for name in {stem, core}:
                self.far.setdefault(name, []).append(image)

    def find(self, label_map: TreeFile) -> TreeFile | None:
        """Return the image of a label map, None where there is none or several fit."""
        place, stem = label_map.place, label_map.stem
        names = [stem] if label_map.core == stem else [stem, label_map.core]
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
