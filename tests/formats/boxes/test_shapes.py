import numpy as np
import pytest

from res2net_mm.formats.boxes.shapes import corners, ellipse, mask_of, polygon, turned


def test_ellipses_fill_their_box():
    points = np.array(ellipse('40', 30, 20, 10))
    assert points.min(0) == pytest.approx([20, 20])
    assert points.max(0) == pytest.approx([60, 40])
    distances = ((points - [40, 30]) / [20, 10]) ** 2
    assert distances.sum(1) == pytest.approx(np.ones(len(points)))


def test_turned_boxes():
    square = [(10, 10), (30, 10), (30, 20), (10, 20)]
    quarter = turned(square, 90)  # clockwise, so that the upper left corner is the upper right one
    assert quarter[0] == pytest.approx((25, 5))
    assert quarter[1] == pytest.approx((25, 25))
    assert turned(square, 0) == square
    about = turned(square, 90, (10, 10))
    assert about[0] == pytest.approx((10, 10))
    assert about[2] == pytest.approx((0, 30))


def test_masks_lie_where_they_are_put():
    bits = np.array([[0, 1], [1, 1]])
    box, more = mask_of(bits, 3, 5, 10, 20)
    assert (box, more['area']) == ([(3, 5), (5, 7)], 3)
    assert more['segmentation']['size'] == [10, 20]
    for place in ((-1, 0), (19, 0), (0, 9)):
        with pytest.raises(ValueError, match='reaches out'):
            mask_of(bits, *place, 10, 20)
    with pytest.raises(ValueError, match='empty'):
        mask_of(bits * 0, 3, 5, 10, 20)


def test_what_is_no_number_is_refused():
    assert corners('1', 2, 3.5, 4) == [(1, 2), (4.5, 6)]
    for value in ('x', float('inf'), None, True):
        with pytest.raises((ValueError, TypeError)):
            corners(1, 2, 3, value)
    with pytest.raises(ValueError, match='three points'):
        polygon([(1, 2), (3, 4)])
