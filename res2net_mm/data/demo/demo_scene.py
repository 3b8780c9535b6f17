"""One picture of the demo set: a textured background with objects of five shapes.

The pixels depend on the seed alone: see :mod:`res2net_mm.data.demo.drawing`.
"""

import math
from dataclasses import dataclass

import numpy as np

from res2net_mm.data.demo.drawing import (
    SHAPES,
    UNIT_AREA,
    Array,
    background,
    leaning_colour,
    paint,
    place_shape,
    uniform,
    window_around,
)

CLASSES = SHAPES

# The side of the square whose area an object gets, in pixels: one range per COCO size bin.
SIDES = {'small': (13, 30), 'medium': (36, 88), 'large': (100, 128)}
# Less than this share of an object in sight, and it is neither annotated nor background.
LEAST_VISIBLE = 0.35


@dataclass(frozen=True)
class Scene:
    """A drawn picture and its labels, all of one height and width."""

    image: Array  # (H, W, 3) uint8, BGR as OpenCV writes it
    masks: list[Array]  # (H, W) bool of each annotated object: what is in sight of it
    labels: list[int]  # index into CLASSES of each annotated object
    # (H, W) uint8; 0 background, 1 + class index on objects, 255 where one is hidden too much
    semantic: Array


def draw_scene(rng: np.random.Generator, size: int = 320) -> Scene:
    """Draw one scene of ``size`` x ``size`` pixels with three to seven objects.

    Args:
        rng: Random generator; the scene depends on nothing else.
        size: Height and width in px, at least 256 so that a large object fits.
    """
    image = background(rng, size)
    owner = np.full((size, size), -1)  # which object is in sight at each pixel
    labels: list[int] = []
    full_areas: list[int] = []
    for bin_name in _choose_bins(rng):
        label = int(rng.integers(len(CLASSES)))
        window, distance, local = _place(rng, CLASSES[label], bin_name, owner)
        colour, pattern = _look(rng, label)
        paint(rng, image[window], distance, local, colour, pattern)
        owner[window][distance < 0] = len(labels)
        labels.append(label)
        full_areas.append(int((distance < 0).sum()))

    semantic = np.zeros((size, size), np.uint8)
    masks, kept = [], []
    for index, label in enumerate(labels):
        mask = owner == index
        visible = mask.sum() >= max(1, LEAST_VISIBLE * full_areas[index])
        semantic[mask] = label + 1 if visible else 255
        if visible:
            masks.append(mask)
            kept.append(label)
    return Scene(image.round().astype(np.uint8), masks, kept, semantic)


def _choose_bins(rng: np.random.Generator) -> list[str]:
    """Return the size bins of a scene's objects, large first, so that small ones lie on top."""
    large = int(rng.random() < 0.6)
    return (
        ['large'] * large
        + ['medium'] * int(rng.integers(1, 4))
        + ['small'] * int(rng.integers(2, 5))
    )


def _place(
    rng: np.random.Generator, shape: str, bin_name: str, owner: Array
) -> tuple[tuple[slice, slice], Array, Array]:
    """Pick size, turn and the least crowded of eight places.

    Returns:
        The window around the object (two slices), the signed distance to the shape's edge in it,
        (h, w) float64 in pixels, and the shape's own coordinates (2, h, w), where its circumradius
        is 1.
    """
    size = len(owner)
    radius = uniform(rng, *SIDES[bin_name]) / math.sqrt(UNIT_AREA[shape])
    squeeze = uniform(rng, 0.85, 1.18)
    angle = uniform(rng, -math.pi, math.pi)
    margin = 0.85 * radius  # a corner may leave the picture
    places = margin + rng.random((8, 2)) * (size - 2 * margin)
    windows = [window_around(centre, 1.18 * radius + 2, size) for centre in places]
    crowd = [(owner[window] >= 0).mean() for window in windows]
    best = int(np.argmin(crowd))
    window, centre = windows[best], places[best]

    distance, local = place_shape(window, centre, shape, radius, squeeze, angle)
    return window, distance, local


def _look(rng: np.random.Generator, label: int) -> tuple[Array, int]:
    """Return colour and pattern of an object, which lean towards its class.

    They do not give it away: two objects in five have any pattern.
    """
    colour = leaning_colour(rng, label, len(CLASSES))
    return colour, label if rng.random() < 0.6 else int(rng.integers(len(CLASSES)))
