"""Count what was predicted by class and size."""

from collections.abc import Mapping, Sequence

import numpy as np

from res2net_mm.evaluation.regions.image_regions import connected_regions
from res2net_mm.evaluation.size_bins import ALL, COCO_BINS
from res2net_mm.tables import align

from .slices import Found


class FoundBySize:
    """Counts of objects, or of regions of a label map, by class and COCO's sizes.

    Args:
        classes: Names of the classes.
    """

    def __init__(self, classes: Sequence[str]) -> None:
        self.classes = tuple(classes)
        self.areas: list[list[np.ndarray]] = [[] for _ in self.classes]
        self.images = 0

    def add_objects(self, found: Found) -> None:
        """Count the objects of one image by the area of the mask, or of the box where none is."""
        if found.masks is None:
            areas = (found.boxes[:, 2:] - found.boxes[:, :2]).prod(1)
        else:
            areas = found.masks.sum((1, 2))
        self.images += 1
        for label in np.unique(found.labels):
            self.areas[label].append(areas[found.labels == label])

    def add_labels(self, labels: np.ndarray) -> None:
        """Count the connected regions of one label map, (H, W)."""
        self.images += 1
        regions = connected_regions(labels, len(self.classes))
        for label in np.unique(regions.category):
            self.areas[label].append(regions.area[regions.category == label])

    def add_segments(self, areas: Mapping[int, np.ndarray]) -> None:
        """Count the segments of one panoptic image, given class -> areas in px."""
        self.images += 1
        for label, of_class in areas.items():
            self.areas[label].append(of_class)

    def counts(self) -> dict[str, dict[str, int]]:
        """Return class -> bin (also ``all``) -> count, for the classes that were found."""
        counted = {}
        for name, areas in zip(self.classes, self.areas, strict=True):
            if areas:
                joined = np.concatenate(areas)
                bins = {b.name: int(b.holds(joined).sum()) for b in COCO_BINS}
                counted[name] = dict(bins, **{ALL: len(joined)})
        return counted

    def table(self) -> str:
        """Return the counts as text, the most frequent class first."""
        counts = sorted(self.counts().items(), key=lambda entry: -entry[1][ALL])
        names = [*(b.name for b in COCO_BINS), ALL]
        total = {name: sum(row[name] for _, row in counts) for name in names}
        rows = [['', *names], ['px^2', *(b.limits for b in COCO_BINS), 'any']]
        for name, row in [*counts, *([('total', total)] if len(counts) > 1 else [])]:
            rows.append([name, *(str(row[column]) for column in names)])
        return '\n'.join(align(rows))
