"""How well the anchors of a detector can meet boxes at best, before anything is trained."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from res2net_mm.formats import BoxImages
from res2net_mm.openmmlab.pyramid import Pyramid
from res2net_mm.openmmlab.resize_rule import ResizeRule

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class SeenBoxes:
    """The boxes of a split that count, as the network sees them after the resize.

    Attributes:
        corners: (N, 4) float64, x1, y1, x2, y2 in px after the resize.
        factors: (N,) float64, by which the resize multiplies the sides (square root of both).
        images: (N, 2) float64, width and height in px of the image of each box after the resize.
        areas: (N,) float64, px^2 after the resize: of the mask, else of the box.
    """

    corners: Floats
    factors: Floats
    images: Floats
    areas: Floats

    @property
    def sides(self) -> Floats:
        """(N,) float64, the square root of the area of each box, px."""
        return np.sqrt((self.corners[:, 2:] - self.corners[:, :2]).prod(axis=1))


def see_boxes(part: BoxImages, rule: ResizeRule | None) -> SeenBoxes:
    """Return the boxes of a cleaned split, without crowds, after a resize.

    Args:
        part: A cleaned split.
        rule: The resize; None for no resize.
    """
    sizes = {image['id']: (image['height'], image['width']) for image in part.content['images']}
    scales = {key: rule.factors(*size) if rule else (1, 1) for key, size in sizes.items()}
    counting = [entry for entry in part.content['annotations'] if not entry['iscrowd']]
    boxes = np.array([entry['bbox'] for entry in counting], dtype=float).reshape(-1, 4)
    ids = [entry['image_id'] for entry in counting]
    by_axis = np.array([scales[i] for i in ids], dtype=float).reshape(-1, 2)[:, ::-1]  # x, y
    images = np.array([sizes[i] for i in ids], dtype=float).reshape(-1, 2)[:, ::-1] * by_axis
    upper_left = boxes[:, :2] * by_axis
    areas = np.array([entry['area'] for entry in counting], dtype=float)
    return SeenBoxes(
        np.hstack([upper_left, upper_left + boxes[:, 2:] * by_axis]),
        np.sqrt(by_axis.prod(axis=1)),
        np.floor(images + 0.5),  # as mmcv rounds them
        areas * by_axis.prod(axis=1),
    )


def best_iou(seen: SeenBoxes, pyramid: Pyramid) -> Floats:
    """Return the IoU of each box with the best of all anchors of its image, (N,) float64 in 0..1.

    An anchor overlaps a box by a width times a height, and the more of either, the higher the IoU.
    So the best place of an anchor is the best column and the best row, each of them one of the two
    beside the place where both centres agree.
    """
    low, high = seen.corners[:, :2], seen.corners[:, 2:]
    area = (high - low).prod(axis=1)
    best = np.zeros(len(area))
    padded = -(-seen.images // pyramid.divisor) * pyramid.divisor
    for stride, anchor in _anchors(pyramid):
        size = anchor[2:] - anchor[:2]
        cells = np.ceil(padded / stride)
        exact = ((low + high) / 2 - (anchor[:2] + anchor[2:]) / 2) / stride
        overlap = np.zeros_like(low)
        for cell in (np.floor(exact), np.ceil(exact)):
            start = anchor[:2] + np.clip(cell, 0, cells - 1) * stride
            shared = np.minimum(high, start + size) - np.maximum(low, start)
            np.maximum(overlap, shared, out=overlap)
        common = overlap.prod(axis=1)
        union = area + size.prod() - common
        np.maximum(best, common / np.maximum(union, np.finfo(float).tiny), out=best)
    return best


def _anchors(pyramid: Pyramid) -> Iterator[tuple[Floats, Floats]]:
    """Yield the stride (x, y) and the corners of each anchor of a first cell."""
    for stride, anchors in zip(pyramid.strides, pyramid.anchors, strict=True):
        for anchor in anchors:
            yield np.array(stride), anchor
