"""One picture of the demo set: a textured background with objects of five shapes.

Everything is computed with numpy from a seeded generator, so the pixels depend on the seed alone,
not on the version of a drawing library. A shape is a signed distance (negative inside, in pixels),
which gives its exact mask and its smooth edge at once.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
CLASSES = ('disc', 'square', 'triangle', 'star', 'ring')

# The side of the square whose area an object gets, in pixels: one range per COCO size bin.
SIDES = {'small': (13, 30), 'medium': (36, 88), 'large': (100, 128)}
# Area of each shape drawn with circumradius 1.
UNIT_AREA = {
    'disc': math.pi,
    'square': 2.0,
    'triangle': 3 * math.sqrt(3) / 4,
    'star': 1.1226,
    'ring': math.pi * (1 - 0.5**2),
}
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
        rng: The only source of randomness.
        size: Height and width in pixels, at least 256 (a large object has to fit).
    """
    image = _background(rng, size)
    owner = np.full((size, size), -1)  # which object is in sight at each pixel
    labels: list[int] = []
    full_areas: list[int] = []
    for bin_name in _choose_bins(rng):
        label = int(rng.integers(len(CLASSES)))
        window, distance, local = _place(rng, CLASSES[label], bin_name, owner)
        _paint(rng, image[window], distance, local, label)
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
    radius = _uniform(rng, *SIDES[bin_name]) / math.sqrt(UNIT_AREA[shape])
    squeeze = _uniform(rng, 0.85, 1.18)
    angle = _uniform(rng, -math.pi, math.pi)
    margin = 0.85 * radius  # a corner may leave the picture
    places = margin + rng.random((8, 2)) * (size - 2 * margin)
    windows = [_window(centre, 1.18 * radius + 2, size) for centre in places]
    crowd = [(owner[window] >= 0).mean() for window in windows]
    best = int(np.argmin(crowd))
    window, centre = windows[best], places[best]

    rows, columns = np.mgrid[window] + 0.5
    x, y = columns - centre[0], rows - centre[1]
    along = (math.cos(angle) * x + math.sin(angle) * y) / (radius * squeeze)
    across = (math.cos(angle) * y - math.sin(angle) * x) / (radius / squeeze)
    return window, radius * _signed_distance(shape, along, across), np.stack([along, across])


def _window(centre: Array, reach: float, size: int) -> tuple[slice, slice]:
    """Return rows and columns within ``reach`` pixels of a centre (x, y), cut at the edge."""
    low = np.maximum(0, np.floor(centre - reach)).astype(int)
    high = np.minimum(size, np.ceil(centre + reach)).astype(int)
    return slice(low[1], high[1]), slice(low[0], high[0])


def _signed_distance(shape: str, x: Array, y: Array) -> Array:
    """Return the distance to the edge of a shape of circumradius 1, negative inside."""
    if shape == 'disc':
        return np.hypot(x, y) - 1
    if shape == 'ring':
        return np.abs(np.hypot(x, y) - 0.75) - 0.25
    if shape == 'square':
        return _half_planes(x, y, 4).max(axis=0)
    if shape == 'triangle':
        return _half_planes(x, y, 3).max(axis=0)
    # A five-pointed star is where at most one of the five lines of a pentagram is crossed.
    return np.partition(_half_planes(x, y, 5, math.cos(2 * math.pi / 5)), -2, axis=0)[-2]


def _half_planes(x: Array, y: Array, sides: int, inradius: float | None = None) -> Array:
    """Return signed distances (sides, H, W) to the lines of a regular polygon."""
    if inradius is None:
        inradius = math.cos(math.pi / sides)
    turns = 2 * math.pi * np.arange(sides) / sides
    return np.stack([math.cos(t) * x + math.sin(t) * y - inradius for t in turns])


def _background(rng: np.random.Generator, size: int) -> Array:
    """Return a muted wall: slow clouds, fine stripes, a little colour. (H, W, 3) float64."""
    clouds = sum(_smooth_noise(rng, size, cells) / cells**0.5 for cells in (3, 7, 20))
    rows, columns = np.mgrid[:size, :size]
    angle, period = _uniform(rng, 0, math.pi), _uniform(rng, 6, 18)
    phase = 2 * math.pi * (columns * math.cos(angle) + rows * math.sin(angle)) / period
    light = _uniform(rng, 70, 185) + 40 * clouds + _uniform(rng, 2, 9) * np.sin(phase)
    tint = 1 + 0.1 * (rng.random(3) - 0.5)
    return np.clip(light[..., None] * tint, 0, 255)


def _smooth_noise(rng: np.random.Generator, size: int, cells: int) -> Array:
    """Return values in [-1, 1] on a coarse grid, interpolated to (size, size)."""
    grid = 2 * rng.random((cells + 1, cells + 1)) - 1
    at = np.linspace(0, cells, size, endpoint=False)
    low = at.astype(int)
    weight = at - low
    weight = weight * weight * (3 - 2 * weight)
    lines = grid[low] * (1 - weight)[:, None] + grid[low + 1] * weight[:, None]
    return lines[:, low] * (1 - weight) + lines[:, low + 1] * weight


def _paint(
    rng: np.random.Generator, image: Array, distance: Array, local: Array, label: int
) -> None:
    """Blend one object into ``image``: two tones of its colour in a pattern, and a dark rim.

    Colour and pattern lean towards the class without giving it away: hues of neighbouring classes
    overlap, one object in six has any hue, and two in five have any pattern.
    """
    spread = sum(rng.random(3) - 0.5)  # a bell in [-1.5, 1.5]
    hue = (label / len(CLASSES) + 0.16 * spread) % 1
    if rng.random() < 1 / 6:
        hue = rng.random()
    colour = 255 * _bgr(hue, _uniform(rng, 0.65, 1), _uniform(rng, 0.75, 1))
    kind = label if rng.random() < 0.6 else int(rng.integers(len(CLASSES)))
    dark = _pattern(kind, *local)[..., None] * _uniform(rng, 0.25, 0.5)
    fill = colour * (1 - dark)
    rim = np.clip(distance + max(1.2, 0.03 * math.sqrt((distance < 0).sum())), 0, 1)[..., None]
    fill = fill * (1 - 0.75 * rim)
    alpha = np.clip(0.5 - distance, 0, 1)[..., None]
    image += alpha * (fill - image)


def _pattern(kind: int, x: Array, y: Array) -> Array:
    """Return how dark each pixel is, in [0, 1]; five patterns, in the shape's own coordinates."""
    if kind == 0:  # shaded towards the rim
        return np.clip(np.hypot(x, y), 0, 1) ** 2
    if kind == 1:  # stripes
        return (np.sin(10 * x) > 0).astype(float)
    if kind == 2:  # checks
        return (np.sin(8 * x) * np.sin(8 * y) > 0).astype(float)
    if kind == 3:  # plain
        return np.zeros_like(x)
    return ((np.sin(9 * x) > 0.4) & (np.sin(9 * y) > 0.4)).astype(float)  # dots


def _bgr(hue: float, saturation: float, value: float) -> Array:
    """Convert hue, saturation and value to blue, green and red, all in [0, 1]."""
    sector = (np.array([1, 3, 5]) + 6 * hue) % 6
    return value * (1 - saturation * np.clip(np.minimum(sector, 4 - sector), 0, 1))


def _uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return low + (high - low) * rng.random()
