"""Shapes as annotation tools draw them, as corners of boxes, points of polygons, or masks."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from pycocotools import mask as mask_api

from res2net_mm.formats.finite_numbers import finite

Point = tuple[float, float]  # x, y in px
CORNERS = 64  # of the polygon that stands for an ellipse


def pairs(values: Iterable[Sequence[Any]]) -> list[Point]:
    """Return points given as pairs of numbers.

    Raises:
        ValueError: One is not two finite numbers. TypeError: it is no pair.
    """
    return [(finite(x), finite(y)) for x, y in values]


def polygon(values: Iterable[Sequence[Any]]) -> list[Point]:
    """Return the points of a polygon, of which there must be three.

    Raises:
        ValueError: There are fewer, or one is not two finite numbers. TypeError: it is no pair.
    """
    points = pairs(values)
    if len(points) < 3:
        raise ValueError('a polygon of under three points')
    return points


def corners(x: Any, y: Any, width: Any, height: Any) -> list[Point]:
    """Return two corners of a box that is given by its upper left one and its sides.

    Raises:
        ValueError: One is no finite number.
    """
    left, top = finite(x), finite(y)
    return [(left, top), (left + finite(width), top + finite(height))]


def ellipse(x: Any, y: Any, across: Any, down: Any) -> list[Point]:
    """Return an upright ellipse as a polygon that fills the same box.

    Args:
        x: Centre, in px.
        y: Centre, in px.
        across: Half the width, in px.
        down: Half the height, in px.

    Raises:
        ValueError: One is no finite number.
    """
    x, y, across, down = map(finite, (x, y, across, down))
    angles = [2 * math.pi * step / CORNERS for step in range(CORNERS)]
    return [(x + across * math.cos(angle), y + down * math.sin(angle)) for angle in angles]


def turned(points: Iterable[Point], degrees: Any, about: Point | None = None) -> list[Point]:
    """Return points turned clockwise, as the image shows it.

    Args:
        points: The points, (x, y) in px.
        degrees: Angle.
        about: Centre of the rotation. Default: the middle of the box around the points.

    Raises:
        ValueError: The angle is no finite number.
    """
    places = np.array([*points])
    angle = math.radians(finite(degrees))
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    pivot = (places.min(0) + places.max(0)) / 2 if about is None else np.array(about)
    return [(float(x), float(y)) for x, y in (places - pivot) @ turn + pivot]


def mask_of(
    bits: npt.NDArray[Any], left: int, top: int, height: int, width: int
) -> tuple[list[Point], dict[str, Any]]:
    """Return the box and the keys ``segmentation`` and ``area`` of a mask.

    Args:
        bits: (h, w) array, non-zero on the object.
        left: Column of the image at which ``bits`` begins.
        top: Row of the image at which ``bits`` begins.
        height: Height of the image, in px.
        width: Width of the image, in px.

    Raises:
        ValueError: It is empty, or does not lie in the image.
    """
    rows, columns = bits.shape
    if left < 0 or top < 0 or left + columns > width or top + rows > height or not bits.any():
        raise ValueError('a mask that is empty or reaches out of its image')
    whole = np.zeros((height, width), np.uint8, order='F')
    whole[top : top + rows, left : left + columns] = bits != 0
    runs = mask_api.encode(whole)
    box = corners(*mask_api.toBbox(runs).tolist())
    segmentation = {'size': [height, width], 'counts': runs['counts'].decode()}
    return box, {'segmentation': segmentation, 'area': float(mask_api.area(runs))}
