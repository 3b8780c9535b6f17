import numpy as np
import pytest

from res2net_mm.errors import UserError
from res2net_mm.evaluation.regions.boundaries import (
    boundary,
    check_tolerance,
    near,
    tolerance_px,
)


def test_a_boundary_pixel_has_another_label_beside_it():
    labels = np.zeros((5, 6), int)
    labels[:, 3:] = 1
    assert boundary(labels).nonzero()[1].tolist() == [2, 3] * 5
    assert not boundary(np.zeros((4, 4), int)).any()  # the edge of the image is none


@pytest.mark.parametrize(('reach', 'found'), [(1, False), (2, True)])
def test_near_is_a_distance_to_the_same_label(reach, found):
    labels, other = np.ones((3, 9), int), np.ones((3, 9), int)
    edge, other_edge = np.zeros((3, 9), bool), np.zeros((3, 9), bool)
    edge[1, 2] = other_edge[1, 4] = True
    assert near(labels, edge, other, other_edge, reach).sum() == found
    assert not near(labels, edge, 0 * other, other_edge, reach).any()


def test_the_tolerance_is_a_share_of_the_diagonal_in_whole_pixels():
    assert tolerance_px((300, 400), 0.0075) == 4
    assert tolerance_px((3, 4), 0.0075) == 1
    assert check_tolerance(0.5) == 0.5
    for bad in (0, 1, float('nan')):
        with pytest.raises(UserError, match='share of the image diagonal'):
            check_tolerance(bad)
