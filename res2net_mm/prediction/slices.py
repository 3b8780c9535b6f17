"""Predict on a large image in overlapping slices, and merge what the slices found.

The rules are those of SAHI (Akyon et al., ICIP 2022, arXiv 2202.06934) as its library has them by
default: slices of one size with an overlap of 0.2, the whole image beside them, and a greedy merge
of boxes of one class that cover more than half of the smaller one.
"""

from dataclasses import dataclass

import numpy as np

from res2net_mm.errors import UserError, argument

OVERLAP = 0.2  # share of a slice that its neighbour has, too
MATCH = 0.5  # intersection over the smaller box, above which two boxes are one object
SURE = 0.25  # SAHI leaves boxes of lower scores out before it merges


@dataclass(frozen=True)
class Found:
    """What a detector found on one image."""

    boxes: np.ndarray  # (N, 4) float32, corners x1 y1 x2 y2 in px of the image
    scores: np.ndarray  # (N,) float32, 0 to 1
    labels: np.ndarray  # (N,) int64, indices of classes
    masks: np.ndarray | None = None  # (N, H, W) bool, None for a detector without masks

    def __len__(self) -> int:
        return len(self.scores)

    def pick(self, chosen: np.ndarray) -> 'Found':
        """Return the chosen objects, by index or by a mask of bools."""
        masks = None if self.masks is None else self.masks[chosen]
        return Found(self.boxes[chosen], self.scores[chosen], self.labels[chosen], masks)


def slice_windows(
    height: int, width: int, side: int, overlap: float = OVERLAP
) -> list[tuple[int, int, int, int]]:
    """Return the windows x1 y1 x2 y2 in px that cover an image, row by row.

    Every window has the given side, or the image's where that is smaller; the last of a row or
    column ends at the image's edge.

    Raises:
        UserError: The side is not positive or the overlap not in [0, 1).
    """
    if side < 1:
        raise UserError(f'{argument("slice_size", side)} must be 1 or more pixels')
    if not 0 <= overlap < 1:
        raise UserError(f'{argument("overlap", overlap)} must be at least 0 and less than 1')

    def starts(length: int) -> list[int]:
        step = max(1, side - int(side * overlap))
        last = max(0, length - side)
        return [*range(0, last, step), last]

    return [
        (x, y, min(x + side, width), min(y + side, height))
        for y in starts(height)
        for x in starts(width)
    ]


def join_slices(parts: list[tuple[tuple[int, int, int, int], Found]], shape: tuple) -> Found:
    """Put what was found in each window, relative to it, into coordinates of the image.

    ``shape`` is the height and width of the image in px.
    """
    boxes = [f.boxes + np.array([w[0], w[1], w[0], w[1]], np.float32) for w, f in parts]
    masks = None
    if all(found.masks is not None for _, found in parts):
        masks = np.zeros((sum(len(found) for _, found in parts), *shape), bool)
        start = 0
        for (x1, y1, x2, y2), found in parts:
            masks[start : start + len(found), y1:y2, x1:x2] = found.masks
            start += len(found)
    return Found(
        np.concatenate(boxes),
        np.concatenate([found.scores for _, found in parts]),
        np.concatenate([found.labels for _, found in parts]),
        masks,
    )


def merge_overlapping(found: Found) -> Found:
    """Merge objects of one class that are one: box around both, union of masks, best score.

    From the highest score down, each object takes in those of its class that are left and whose
    intersection with its box is more than ``MATCH`` of the smaller box. Those with a score below
    ``SURE`` are taken in without a change to its box, or the many unsure boxes that a detector
    returns to be evaluated would stretch the sure ones.
    """
    order = np.argsort(-found.scores, kind='stable')
    found = found.pick(order)
    areas = (found.boxes[:, 2:] - found.boxes[:, :2]).prod(1)
    left = np.ones(len(found), bool)
    kept, boxes, masks = [], [], []
    for i in range(len(found)):
        if not left[i]:
            continue
        low = np.maximum(found.boxes[i, :2], found.boxes[:, :2])
        high = np.minimum(found.boxes[i, 2:], found.boxes[:, 2:])
        shared = np.clip(high - low, 0, None).prod(1)
        smaller = np.maximum(np.minimum(areas[i], areas), np.finfo(np.float32).tiny)
        same = left & (found.labels == found.labels[i]) & (shared > MATCH * smaller)
        same[i] = True
        left &= ~same
        kept.append(i)
        same &= found.scores >= SURE
        same[i] = True
        group = found.boxes[same]
        boxes.append(np.concatenate([group[:, :2].min(0), group[:, 2:].max(0)]))
        if found.masks is not None:
            masks.append(found.masks[same].any(0))
    return Found(
        np.array(boxes, np.float32).reshape(-1, 4),
        found.scores[kept],
        found.labels[kept],
        None if found.masks is None else np.array(masks, bool).reshape(-1, *found.masks.shape[1:]),
    )
