"""One picture of the demo set for classifiers: an object of one of ten classes on a wall.

A class is a shape that is plain or striped. The colour leans towards the shape and says nothing of
the stripes, so that the outline helps and the detail within has to be seen, at whatever size the
object appears.
"""

import math

import numpy as np
import numpy.typing as npt

from res2net_mm.data.demo.drawing import (
    PLAIN,
    SHAPES,
    STRIPES,
    UNIT_AREA,
    background,
    leaning_colour,
    paint,
    place_shape,
    uniform,
    window_around,
)

PATTERNS = {'plain': PLAIN, 'striped': STRIPES}
# In the order of the folders, in which MMPretrain numbers them.
CLASSES = tuple(sorted(f'{pattern}_{shape}' for pattern in PATTERNS for shape in SHAPES))
SIDE = 64  # px, of a picture
#: The least and the largest apparent size of an object: px, the side of a square of its area.
SIZES = 12.0, 26.0
_SQUEEZE = 1.18  # the most


def draw_object(rng: np.random.Generator, label: int, size: float) -> npt.NDArray[np.uint8]:
    """Draw one object, wholly in sight.

    Generators in the same state draw the same object in the same colours on the same wall, at
    whatever size, and its centre as far between the edges as there is room.

    Args:
        rng: Random generator; the picture depends on nothing else.
        label: Index into ``CLASSES``.
        size: Apparent size of the object in px, within ``SIZES``.

    Returns:
        (SIDE, SIDE, 3) in BGR.
    """
    pattern, shape = CLASSES[label].split('_')
    radius = size / math.sqrt(UNIT_AREA[shape])
    image = background(rng, SIDE)
    reach = _SQUEEZE * radius + 1
    centre = reach + rng.random(2) * (SIDE - 2 * reach)
    squeeze = uniform(rng, 1 / _SQUEEZE, _SQUEEZE)
    angle = uniform(rng, -math.pi, math.pi)
    window = window_around(centre, reach, SIDE)
    distance, local = place_shape(window, centre, shape, radius, squeeze, angle)
    colour = leaning_colour(rng, SHAPES.index(shape), len(SHAPES), width=0.12)
    paint(rng, image[window], distance, local, colour, PATTERNS[pattern], contrast=(0.55, 0.8))
    return image.round().astype(np.uint8)


def random_size(rng: np.random.Generator) -> float:
    """Return a size within ``SIZES``, each doubling as likely as any other, to a tenth of a px."""
    low, high = map(math.log, SIZES)
    return round(math.exp(uniform(rng, low, high)), 1)
