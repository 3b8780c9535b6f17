"""Counts the boxes of a split by class and size, as training sees them after the resize."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from res2net_mm.evaluation.size_bins import COCO_BINS, SizeBin
from res2net_mm.formats import BoxImages
from res2net_mm.openmmlab.resize_rule import ResizeRule
from res2net_mm.tables import align

MOST_ROWS = 100  # of the table


@dataclass(frozen=True)
class SizeCensus:
    """The boxes of a split that count.

    Attributes:
        classes: Names in the order of the labels.
        labels: (N,) int64, the class of each box.
        areas: (N,) float64, its area in px^2 after the resize: of the mask, else of the box.
        resize: The resize in words.
        bins: The size bins.
    """

    classes: tuple[str, ...]
    labels: npt.NDArray[np.int64]
    areas: npt.NDArray[np.float64]
    resize: str
    bins: Sequence[SizeBin] = COCO_BINS

    def counts(self) -> npt.NDArray[np.int64]:
        """Return (classes, bins) int64, how many boxes; one on a limit counts on both sides."""
        inside = [
            np.bincount(self.labels[b.holds(self.areas)], minlength=len(self.classes))
            for b in self.bins
        ]
        return np.stack(inside, axis=1)

    def table(self) -> str:
        """Return the boxes by class and size, as text."""
        limits = ', '.join(f'{size.name} {size.limits}' for size in self.bins)
        totals = np.bincount(self.labels, minlength=len(self.classes))
        rows = [['  class', *(size.name for size in self.bins), 'all']]
        for name, row, total in zip(self.classes, self.counts(), totals, strict=True):
            rows.append([f'  {name}', *map(str, row), str(total)])
        lines = align(rows[: MOST_ROWS + 1])
        if len(rows) > len(lines):
            lines.append(f'  and {len(rows) - len(lines)} classes more')
        title = f'boxes to train on by class and size, images {self.resize}; px^2: {limits}'
        return '\n'.join([title, *lines])


def count_sizes(part: BoxImages, rule: ResizeRule | None) -> SizeCensus:
    """Count the boxes of a cleaned split, without crowds and difficult ones.

    Args:
        part: A cleaned split.
        rule: The resize; None for no resize.
    """
    factors = {}
    for image in part.content['images']:
        y, x = rule.factors(image['height'], image['width']) if rule else (1, 1)
        factors[image['id']] = y * x
    categories = part.content['categories']
    label_of = {entry['id']: i for i, entry in enumerate(categories)}
    counting = [entry for entry in part.content['annotations'] if not entry['iscrowd']]
    return SizeCensus(
        classes=tuple(entry['name'] for entry in categories),
        labels=np.array([label_of[entry['category_id']] for entry in counting], dtype=np.int64),
        areas=np.array(
            [entry['area'] * factors[entry['image_id']] for entry in counting], dtype=float
        ),
        resize=f'resized {rule.text}' if rule else 'as they are',
    )
