import colorsys

import numpy as np
import pytest

from res2net_mm.data.demo.drawing import (
    PLAIN,
    SHAPES,
    STRIPES,
    UNIT_AREA,
    leaning_colour,
    paint,
    place_shape,
    signed_distance,
    window_around,
)


@pytest.mark.parametrize('shape', SHAPES)
def test_unit_areas(shape):
    x, y = np.meshgrid(*[np.linspace(-1.1, 1.1, 1101)] * 2)
    area = (signed_distance(shape, x, y) < 0).mean() * 2.2**2
    assert area == pytest.approx(UNIT_AREA[shape], rel=0.01)


def test_a_window_ends_with_the_picture():
    assert window_around(np.array([5.0, 50.0]), 10, 64) == (slice(40, 60), slice(0, 15))
    assert window_around(np.array([32.0, 60.0]), 10, 64) == (slice(50, 64), slice(22, 42))


@pytest.mark.parametrize('shape', SHAPES)
@pytest.mark.parametrize(('squeeze', 'angle'), [(1, 0), (1.2, 1), (0.9, -2)])
def test_squeezing_and_turning_keep_the_area(shape, squeeze, angle):
    centre = np.array([70.3, 64.8])
    whole = slice(0, 140), slice(0, 140)
    distance, local = place_shape(whole, centre, shape, 40, squeeze, angle)
    assert (distance < 0).sum() == pytest.approx(UNIT_AREA[shape] * 40**2, rel=0.02)
    assert np.hypot(*local)[distance < 0].max() == pytest.approx(1, abs=0.05)


def test_a_pattern_is_a_darker_tone_inside_the_edge():
    distance, local = place_shape(
        (slice(0, 100), slice(0, 100)), np.array([50.0, 50.0]), 'disc', 40, 1, 0
    )
    colour, inside = np.array([40.0, 180.0, 220.0]), distance < -5
    tones = {}
    for pattern in (PLAIN, STRIPES):
        image = np.full((100, 100, 3), 99.0)
        paint(np.random.default_rng(0), image, distance, local, colour, pattern)
        assert (image[distance > 1] == 99).all()
        tones[pattern] = np.unique(image[inside], axis=0)
    np.testing.assert_array_equal(tones[PLAIN], [colour])
    assert len(tones[STRIPES]) == 2
    np.testing.assert_allclose(tones[STRIPES][1], colour)
    assert 0.5 <= (tones[STRIPES][0] / colour).max() <= 0.75


def test_colours_lean_towards_their_kind_and_do_not_give_it_away():
    rng = np.random.default_rng(0)
    for width, least, most in ((0.16, 0.6, 0.8), (0.05, 0.8, 0.95)):
        near = []
        for index in range(2000):
            kind = index % 5
            blue, green, red = leaning_colour(rng, kind, 5, width=width) / 255
            hue = colorsys.rgb_to_hsv(red, green, blue)[0]
            near.append(abs((hue - kind / 5 + 0.5) % 1 - 0.5) < 0.1)
        assert least < np.mean(near) < most
