"""Outlines lie where the boxes are, on whole images and close up."""

import numpy as np
import pytest

from res2net_mm.report.page.outlines import CLOSE, SIDE, Mark, draw_marks, strokes, window_on

COLOUR = (10, 200, 90)
SQUARE = np.array([[10.0, 10], [30, 10], [30, 30], [10, 30]])


def drawn_on(window, **options):
    drawn = draw_marks(window, [Mark([SQUARE], COLOUR, **options)])
    return (drawn == COLOUR[::-1]).all(axis=2)


def test_outlines_are_scaled_with_the_image():
    image = np.zeros((2 * SIDE, SIDE, 3), np.uint8)
    window = window_on(image, None)
    assert window.pixels.shape == (SIDE, SIDE // 2, 3)
    rows, columns = np.nonzero(drawn_on(window))
    assert rows.min() == pytest.approx(5, abs=2)
    assert columns.max() == pytest.approx(15, abs=2)
    small = window_on(np.zeros((50, 50, 3), np.uint8), None)
    assert small.scale == 1


@pytest.mark.parametrize('corner', [(0, 0), (75, 75)])
def test_close_ups_stay_in_the_image(corner):
    image = np.zeros((100, 100, 3), np.uint8)
    window = window_on(image, np.array([*corner, 20, 20]))
    assert window.pixels.shape == (CLOSE, CLOSE, 3)
    assert 0 <= window.left <= 40
    assert window.scale == pytest.approx(CLOSE / 60)
    if corner == (0, 0):
        rows, columns = np.nonzero(drawn_on(window))
        assert columns.min() == pytest.approx(10 * window.scale, abs=2)
        assert rows.max() == pytest.approx(30 * window.scale, abs=2)


def test_dashes_leave_gaps():
    def length(dashed):
        return sum(np.hypot(b[0] - a[0], b[1] - a[1]) for a, b in strokes(SQUARE * 10, dashed))

    assert length(False) == pytest.approx(800)
    assert length(True) == pytest.approx(400, rel=0.1)
