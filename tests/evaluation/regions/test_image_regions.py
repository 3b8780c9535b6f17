import numpy as np
import pytest
from test_region_scores import evaluate

from res2net_mm.evaluation.regions import find_regions


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
