import pytest

from res2net_mm.errors import UserError
from res2net_mm.evaluation import read_ground_truth
from res2net_mm.evaluation.coco_detections import read_detections

TRUTH = read_ground_truth(
    {
        'images': [{'id': 1, 'height': 50, 'width': 80}],
        'categories': [{'id': 1, 'name': 'ant'}],
        'annotations': [],
    }
)
GOOD = {'image_id': 1, 'category_id': 1, 'score': 0.5, 'bbox': [0, 0, 9, 9]}
MASK = {'image_id': 1, 'category_id': 1, 'score': 0.5}
RLE = {'size': [50, 80], 'counts': 'PPb1'}


def test_good_detections_are_copied():
    (read,) = read_detections([GOOD], TRUTH, 'bbox')
    assert read == GOOD
    assert read is not GOOD
    assert read_detections([], TRUTH, 'segm') == []
    assert len(read_detections([{**MASK, 'segmentation': RLE}], TRUTH, 'segm')) == 1


@pytest.mark.parametrize(
    ('bad', 'iou_type', 'message'),
    [
        ({'image_id': 7}, 'bbox', '1 of 2 refer to an image that is not'),
        ({'category_id': 7}, 'bbox', '1 of 2 refer to a category that is not'),
        ({'score': float('nan')}, 'bbox', '1 of 2 have a score that is not'),
        ({'score': None}, 'bbox', "1 of 2 have no 'score'"),
        ({'bbox': [0, 0, float('inf'), 4]}, 'bbox', '1 of 2 have a box'),
        ({'bbox': [0, 0, 4]}, 'bbox', '1 of 2 have a box'),
        ({}, 'segm', "2 of 2 have no 'segmentation'"),
    ],
)
def test_bad_detections_are_counted_and_shown(bad, iou_type, message):
    with pytest.raises(UserError, match=message):
        read_detections([GOOD, {**GOOD, **bad}], TRUTH, iou_type)


@pytest.mark.parametrize(
    ('segmentation', 'message'),
    [
        ([[0, 0, 9, 0, 9, 9]], 'not a compressed RLE'),
        ({'size': [50, 80], 'counts': [4000]}, 'not a compressed RLE'),
        ({**RLE, 'size': [80, 50]}, 'mask of another size'),
    ],
)
def test_bad_masks_are_refused(segmentation, message):
    with pytest.raises(UserError, match=message):
        read_detections([{**MASK, 'segmentation': segmentation}], TRUTH, 'segm')


def test_a_results_file_must_hold_a_list(tmp_path):
    (tmp_path / 'dt.json').write_text('{"a": 1}')
    with pytest.raises(UserError, match=r'dt\.json must be a COCO results list, got dict'):
        read_detections(tmp_path / 'dt.json', TRUTH, 'bbox')
