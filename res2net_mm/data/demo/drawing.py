"""What the demo sets are drawn with: shapes, patterns, walls and colours.

Everything is computed with numpy from a seeded generator, so the pixels depend on the seed alone,
not on the version of a drawing library. A shape is a signed distance (negative inside, in pixels),
which gives its exact mask and its smooth edge at once.
"""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
SHAPES = ('disc', 'square', 'triangle', 'star', 'ring')

# Area of each shape drawn with circumradius 1.
UNIT_AREA = {
    'disc': math.pi,
    'square': 2.0,
    'triangle': 3 * math.sqrt(3) / 4,
    'star': 1.1226,
    'ring': math.pi * (1 - 0.5**2),
}
# The patterns of ``paint`` by number.
SHADED, STRIPES, CHECKS, PLAIN, DOTS = range(5)


def window_around(centre: Array, reach: float, size: int) -> tuple[slice, slice]:
    """Return rows and columns within ``reach`` pixels of a centre (x, y), cut at the edge."""
    low = np.maximum(0, np.floor(centre - reach)).astype(int)
    high = np.minimum(size, np.ceil(centre + reach)).astype(int)
    return slice(low[1], high[1]), slice(low[0], high[0])


def place_shape(
    window: tuple[slice, slice],
    centre: Array,
    shape: str,
    radius: float,
    squeeze: float,
    angle: float,
) -> tuple[Array, Array]:
    """Return where the pixels of a window lie in and about a shape.

    Args:
        window: Rows and columns of the window.
        centre: Centre of the shape, (x, y) in px.
        shape: One of ``SHAPES``.
        radius: Circumradius of the shape, in px.
        squeeze: Factor that stretches the shape along its first axis and shrinks it along the
            other.
        angle: Rotation, in radians.

    Returns:
        The signed distance to its edge, (h, w) float64 in px, and the shape's own coordinates
        (2, h, w), in which its circumradius is 1.
    """
    rows, columns = np.mgrid[window] + 0.5
    x, y = columns - centre[0], rows - centre[1]
    along = (math.cos(angle) * x + math.sin(angle) * y) / (radius * squeeze)
    across = (math.cos(angle) * y - math.sin(angle) * x) / (radius / squeeze)
    return radius * signed_distance(shape, along, across), np.stack([along, across])


def signed_distance(shape: str, x: Array, y: Array) -> Array:
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


def background(rng: np.random.Generator, size: int) -> Array:
    """Return a muted wall: slow clouds, fine stripes, a little colour. (H, W, 3) float64."""
    clouds = sum(_smooth_noise(rng, size, cells) / cells**0.5 for cells in (3, 7, 20))
    rows, columns = np.mgrid[:size, :size]
    angle, period = uniform(rng, 0, math.pi), uniform(rng, 6, 18)
    phase = 2 * math.pi * (columns * math.cos(angle) + rows * math.sin(angle)) / period
    light = uniform(rng, 70, 185) + 40 * clouds + uniform(rng, 2, 9) * np.sin(phase)
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


def paint(
    rng: np.random.Generator,
    image: Array,
    distance: Array,
    local: Array,
    colour: Array,
    pattern: int,
    contrast: tuple[float, float] = (0.25, 0.5),
) -> None:
    """Blend one object into ``image``: two tones of its colour in a pattern, and a dark rim.

    Args:
        rng: Random generator for the darkness of the second tone.
        image: (h, w, 3) float64, BGR, changed in place.
        distance: (h, w) signed distance to the edge, in px.
        local: (2, h, w) coordinates in the shape's own axes.
        colour: (3,) BGR, 0 to 255.
        pattern: One of the numbers ``SHADED`` to ``DOTS``.
        contrast: Smallest and largest share by which the second tone is darker than the first.
    """
    dark = _pattern(pattern, *local)[..., None] * uniform(rng, *contrast)
    fill = colour * (1 - dark)
    rim = np.clip(distance + max(1.2, 0.03 * math.sqrt((distance < 0).sum())), 0, 1)[..., None]
    fill = fill * (1 - 0.75 * rim)
    alpha = np.clip(0.5 - distance, 0, 1)[..., None]
    image += alpha * (fill - image)


def _pattern(kind: int, x: Array, y: Array) -> Array:
    """Return how dark each pixel is, in [0, 1]; five patterns, in the shape's own coordinates."""
    if kind == SHADED:  # towards the rim
        return np.clip(np.hypot(x, y), 0, 1) ** 2
    if kind == STRIPES:
        return (np.sin(10 * x) > 0).astype(float)
    if kind == CHECKS:
        return (np.sin(8 * x) * np.sin(8 * y) > 0).astype(float)
    if kind == PLAIN:
        return np.zeros_like(x)
    return ((np.sin(9 * x) > 0.4) & (np.sin(9 * y) > 0.4)).astype(float)


def leaning_colour(
    rng: np.random.Generator, kind: int, kinds: int, *, width: float = 0.16
) -> Array:
    """Return a colour, (3,) BGR from 0 to 255, that leans towards one of some kinds.

    It does not give the kind away: hues of neighbours overlap, and one in six is any hue.

    Args:
        rng: Random generator.
        kind: Index of the kind.
        kinds: Number of kinds.
        width: Twice the standard deviation of the hue, as a share of the colour circle.
    """
    spread = sum(rng.random(3) - 0.5)  # a bell in [-1.5, 1.5], of deviation 1/2
    hue = (kind / kinds + width * spread) % 1
    if rng.random() < 1 / 6:
        hue = rng.random()
    colour: Array = 255 * bgr(hue, uniform(rng, 0.65, 1), uniform(rng, 0.75, 1))
    return colour


def bgr(hue: float, saturation: float, value: float) -> Array:
    """Convert hue, saturation and value to blue, green and red, all in [0, 1]."""
    sector = (np.array([1, 3, 5]) + 6 * hue) % 6
    return value * (1 - saturation * np.clip(np.minimum(sector, 4 - sector), 0, 1))


def uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return low + (high - low) * rng.random()
