import numpy as np
import pytest

from res2net_mm.errors import UserError
from res2net_mm.evaluation.detection.coco.ground_truth import read_ground_truth
from res2net_mm.evaluation.detection.coco.samples import (
    categories_of_labels,
    coco_detections,
    coco_ground_truth,
    predictions_of,
    truth_of,
)

SAMPLE = {
    'img_path': 'a.jpg',
    'ori_shape': (20, 30, 3),
    'gt_instances': {'bboxes': np.array([[1, 2, 5, 8], [3, 3, 3, 9]]), 'labels': np.array([1, 0])},
    'ignored_instances': {'bboxes': np.array([[0, 0, 9, 9]]), 'labels': np.array([0])},
    'pred_instances': {
        'bboxes': np.array([[1, 2, 4, 4]]),
        'labels': np.array([1]),
        'scores': np.array([0.5]),
    },
}


def test_samples_become_coco_entries():
    record = truth_of(SAMPLE, with_masks=False)
    assert record['degenerate'] == 1
    truth = coco_ground_truth([record], ['ant', 'bee'])
    assert truth['images'] == [{'id': 0, 'file_name': 'a.jpg', 'height': 20, 'width': 30}]
    fields = [(a['category_id'], a['bbox'], a['area'], a['iscrowd']) for a in truth['annotations']]
    assert fields == [(2, [1, 2, 4, 6], 24, 0), (1, [0, 0, 9, 9], 81, 1)]
    found = coco_detections([predictions_of(SAMPLE, with_masks=False)], [7], [4, 5], 'bbox')
    assert found == [{'image_id': 7, 'category_id': 5, 'score': 0.5, 'bbox': [1, 2, 3, 2]}]


def test_inclusive_boxes_end_one_pixel_further():
    record = truth_of(SAMPLE, with_masks=False, inclusive=True)
    assert record['objects'][0]['bbox'] == [1, 2, 5, 7]
    assert record['degenerate'] == 0


def test_labels_follow_the_file():
    categories = [{'id': 9, 'name': 'bee'}, {'id': 4, 'name': 'ant'}, {'id': 1, 'name': 'cow'}]
    truth = read_ground_truth({'images': [], 'annotations': [], 'categories': categories})
    assert categories_of_labels(truth, ['bee', 'ant'], 'gt') == ([9, 4], None)
    ids, note = categories_of_labels(truth, ['ant', 'bee'], 'gt')
    assert ids == [9, 4]
    assert 'labels follow the file' in note
    with pytest.raises(UserError, match="gt has no category 'dog'"):
        categories_of_labels(truth, ['dog'], 'gt')
