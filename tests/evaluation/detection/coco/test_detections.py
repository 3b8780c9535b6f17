import re

import pytest
from pycocotools import mask as mask_api

from res2net_mm.errors import UserError
from res2net_mm.evaluation import read_ground_truth
from res2net_mm.evaluation.detection.coco.detections import Results, read_detections

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


def test_good_detections_become_arrays():
    better = {**GOOD, 'score': 0.9, 'bbox': [1, 2, 3, 4]}
    found, lines = read_detections([GOOD, better], TRUTH, 'bbox')
    assert lines == ()
    assert found.score.tolist() == [0.9, 0.5]
    assert found.box.tolist() == [[1, 2, 3, 4], [0, 0, 9, 9]]
    assert found.area.tolist() == [12, 81]
    assert found.rank.tolist() == [0, 1]
    assert found.source.tolist() == [1, 0]


def test_the_best_are_kept_and_equal_scores_keep_their_order():
    entries = [{**GOOD, 'score': score} for score in (0.5, 0.9, 0.5, 0.1)]
    found, _ = read_detections(entries, TRUTH, 'bbox', most=3)
    assert found.source.tolist() == [1, 0, 2]


@pytest.mark.parametrize('iou_type', ['bbox', 'segm'])
def test_an_empty_list_is_told_and_fine(iou_type):
    found, (line,) = read_detections([], TRUTH, iou_type)
    assert len(found) == 0
    assert 'no detections to score, so every AP and AR is 0' in line


def test_an_empty_file_is_refused_unless_asked_for(tmp_path):
    (tmp_path / 'dt.json').write_text('[]')
    with pytest.raises(UserError, match=r'dt\.json holds no detections'):
        read_detections(tmp_path / 'dt.json', TRUTH, 'bbox')
    found, _ = read_detections(tmp_path / 'dt.json', TRUTH, 'bbox', on_error='skip')
    assert len(found) == 0


@pytest.mark.parametrize(
    ('area_of', 'fields', 'area'),
    [
        ('annotation', {}, 2),
        ('annotation', {'bbox': [0, 0, 9, 9]}, 81),
        ('mask', {'bbox': [0, 0, 9, 9]}, 2),
        ('box', {}, 2),
        ('box', {'bbox': [0, 0, 9, 9]}, 81),
    ],
)
def test_what_the_size_of_a_mask_is(area_of, fields, area):
    mask = {'size': [50, 80], 'counts': [0, 2, 3998]}
    mask = mask_api.frPyObjects(mask, 50, 80)
    found, _ = read_detections(
        [{**MASK, 'segmentation': mask, **fields}], TRUTH, 'segm', area_of=area_of
    )
    assert found.area.tolist() == [area]


@pytest.mark.parametrize(
    ('bad', 'iou_type', 'message'),
    [
        ({'image_id': 7}, 'bbox', '1 of 2 refer to an image that is not'),
        ({'category_id': 7}, 'bbox', '1 of 2 refer to a category that is not'),
        ({'score': float('nan')}, 'bbox', '1 of 2 have a score that is not'),
        ({'score': None}, 'bbox', "1 of 2 have no 'score'"),
        ({'bbox': [0, 0, float('inf'), 4]}, 'bbox', '1 of 2 have a box'),
        ({'bbox': [0, 0, 4]}, 'bbox', '1 of 2 have a box'),
        ({'bbox': 'none'}, 'bbox', '1 of 2 have a box'),
        ({'bbox': [0, 0, -4, 4]}, 'bbox', '1 of 2 have a negative width'),
        ({'bbox': [82, 0, 4, 4]}, 'bbox', '1 of 2 lie outside'),
        ({'bbox': [-9, 0, 4, 4]}, 'bbox', '1 of 2 lie outside'),
        ({'image_id': [1]}, 'bbox', '1 of 2 refer to an image that is not'),
        ({'score': 'high'}, 'bbox', '1 of 2 have a score that is not'),
        ({}, 'segm', "2 of 2 have no 'segmentation'"),
    ],
)
def test_bad_detections_are_counted_and_shown(bad, iou_type, message):
    message = message.replace(' of 2 ', ' of 2 detections ')
    entries = Results('dt.json', [GOOD, {**GOOD, **bad}])
    with pytest.raises(UserError, match=message):
        read_detections(entries, TRUTH, iou_type)
    found, lines = read_detections(entries, TRUTH, iou_type, on_error='skip')
    assert re.search(message, lines[0])
    kept = 'negative' in message or 'outside' in message
    assert len(found) == (0 if iou_type == 'segm' else 1 + kept)
    assert ('; kept; ' if kept else '; left out; ') in lines[0]


def test_odd_boxes_of_a_model_are_told_and_do_not_stop_a_run():
    odd = [{**GOOD, 'bbox': [90, 0, 5, 5]}, {**GOOD, 'bbox': [80.001, 0, 0, 5]}]
    found, (line,) = read_detections([GOOD, *odd], TRUTH, 'bbox')
    assert len(found) == 3
    assert '1 of 3 detections lie outside their image; kept' in line


def test_all_faults_are_told_at_once_and_none_twice():
    bad = [{**GOOD, 'image_id': 7}, {**GOOD, 'image_id': 7, 'score': float('nan')}]
    with pytest.raises(UserError) as caught:
        read_detections([*bad, GOOD, {**GOOD, 'category_id': 3}], TRUTH, 'bbox')
    assert [' '.join(line.split()[2:5]) for line in str(caught.value).splitlines()] == [
        '2 of 4',
        '1 of 4',
    ]


def test_entries_must_be_objects():
    with pytest.raises(UserError, match=r'1 of 2 detections are not objects .* is \[1, 2\]'):
        read_detections([GOOD, [1, 2]], TRUTH, 'bbox')


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
