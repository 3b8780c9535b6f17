import numpy as np
import pytest

from res2net_mm.errors import UserError
from res2net_mm.evaluation import read_ground_truth
from res2net_mm.evaluation.detection.coco.ground_truth import DIFFICULT
from res2net_mm.evaluation.detection.coco.truth_arrays import image_areas, truth_arrays

SQUARE = [[0, 0, 10, 0, 10, 10, 0, 10]]


def read(*annotations):
    fields = [
        {'id': i, 'image_id': 7, 'category_id': 3, 'bbox': [0, 0, 20, 10], **given}
        for i, given in enumerate(annotations)
    ]
    return read_ground_truth(
        {
            'images': [{'id': 5}, {'id': 7, 'height': 40, 'width': 50}],
            'annotations': fields,
            'categories': [{'id': 2, 'name': 'a'}, {'id': 3, 'name': 'b'}],
        }
    )


def test_crowds_and_difficult_objects_are_ignored_in_their_ways():
    truth = read({}, {'iscrowd': 1}, {'iscrowd': 1, DIFFICULT: 1})
    arrays, shapes, lines = truth_arrays(truth, 'bbox', [7, 5])
    assert (arrays.image.tolist(), arrays.category.tolist()) == ([0] * 3, [1] * 3)
    assert arrays.ignored.tolist() == [False, True, True]
    assert arrays.crowd.tolist() == [False, True, False]
    assert arrays.uncountable.tolist() == [True, False, False]
    assert (shapes, lines) == (None, ())
    assert not truth_arrays(truth, 'bbox', [7], crowds=False)[0].crowd.any()


@pytest.mark.parametrize(('area_of', 'area'), [('annotation', 3), ('box', 200), ('mask', 100)])
def test_the_area_that_is_the_size(area_of, area):
    truth = read({'area': 3, 'segmentation': SQUARE})
    assert truth_arrays(truth, 'bbox', [7], area_of=area_of)[0].area == [area]


def test_objects_without_a_mask_are_refused_or_left_out():
    truth = read({'segmentation': SQUARE}, {})
    with pytest.raises(UserError, match="no 'segmentation', which iou_type='segm' needs"):
        truth_arrays(truth, 'segm', [7])
    arrays, shapes, lines = truth_arrays(truth, 'segm', [7], on_error='skip')
    assert (len(arrays), len(shapes), len(lines)) == (1, 1, 1)


def test_the_area_of_an_image_may_be_unknown():
    assert image_areas(read(), [7, 5]) == pytest.approx([2000, np.nan], nan_ok=True)
