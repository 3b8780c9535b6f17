import numpy as np
import pytest
from scipy import ndimage
from test_region_scores import evaluate

from res2net_mm.errors import UserError
from res2net_mm.evaluation.regions import find_regions
from res2net_mm.evaluation.regions.image_regions import (
    boundary,
    check_tolerance,
    connected_regions,
    near,
    tolerance_px,
)


def test_regions_are_those_of_scipy(make_maps):
    for labels, _ in make_maps(8, classes=4):
        found = connected_regions(labels, 4)
        assert found.area.sum() == (labels < 4).sum()
        for label in range(4):
            ids, count = ndimage.label(labels == label, structure=np.ones((3, 3)))
            assert (found.category == label).sum() == count
            for region in np.flatnonzero(found.category == label):
                inside = found.ids == region
                assert inside.sum() == found.area[region]
                assert len(np.unique(ids[inside])) == 1
        assert (found.ids[labels >= 4] == -1).all()


def test_a_map_of_no_class_has_no_regions():
    found = connected_regions(np.full((3, 3), 9, np.uint8), 4)
    assert len(found.area) == len(found.category) == 0


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


def test_a_prediction_that_reaches_through_ignored_pixels_is_one_region():
    truth = np.zeros((9, 30), np.uint8)
    truth[3:6, 10:20] = 1
    truth[2:7, 20:23] = 255
    predicted = np.zeros_like(truth)
    predicted[3:6, 10:25] = 1  # 6 px beyond the ignored border
    result = evaluate([(truth, predicted)], 2, bins=[('tiny', 0, 10), ('rest', 10, None)])
    tiny, rest = result.classes[1].bins
    assert (tiny.regions, tiny.iou) == (0, None)
    assert rest.iou == 30 / 36


def test_maps_of_two_sizes_are_refused():
    with pytest.raises(ValueError, match='one size'):
        find_regions(np.zeros((2, 3), int), np.zeros((3, 2), int), classes=2)


def test_what_is_counted_of_each_region():
    truth = np.zeros((6, 10), int)
    truth[1:4, 1:4] = 1
    truth[:, 9] = 255
    predicted = np.zeros_like(truth)
    predicted[1:4, 2:5] = 1  # one column off
    regions = find_regions(truth, predicted, classes=2)
    assert regions.area == 60
    assert regions.truth.category.tolist() == [0, 1]
    assert regions.truth.area.tolist() == [45, 9]
    assert regions.truth.hit.tolist() == [42, 6]
    assert regions.found.false.tolist() == [3, 3]
    assert regions.overlaps.pixels.tolist() == [42, 6]
    assert regions.truth.matched[1] == regions.truth.boundary[1] == 8
