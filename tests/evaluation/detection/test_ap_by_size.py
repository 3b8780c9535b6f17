"""Against pycocotools, run as its own demo runs it, on the same data."""

import copy
import json

import numpy as np
import pytest

from res2net_mm.errors import UserError
from res2net_mm.evaluation import evaluate_by_size, read_ground_truth

ONE = {
    'images': [{'id': 1, 'height': 100, 'width': 100}],
    'categories': [{'id': 1, 'name': 'ant'}],
    'annotations': [
        {'id': 1, 'image_id': 1, 'category_id': 1, 'bbox': [0, 0, 20, 20], 'area': 400.0}
    ],
}
FOUND = {'image_id': 1, 'category_id': 1, 'bbox': [0, 0, 20, 20], 'score': 0.9}


def as_pycocotools(values):
    return [-1.0 if value is None else value for value in values]


@pytest.mark.parametrize('iou_type', ['bbox', 'segm'])
@pytest.mark.parametrize('seed', range(4))
def test_twelve_numbers_equal_pycocotools(make_coco, pycocotools_stats, seed, iou_type):
    truth, boxes, masks = make_coco(seed)
    results = {'bbox': boxes, 'segm': masks}[iou_type]
    result = evaluate_by_size(truth, results, iou_type=iou_type)
    expected = pycocotools_stats(truth, results, iou_type).stats
    assert as_pycocotools(result.coco_stats) == pytest.approx(expected, abs=1e-6)
    assert 0 < result.overall.ap < 1
    assert len({round(value, 6) for value in expected}) > 9  # the data tells the numbers apart


def test_mask_results_with_boxes_as_well_equal_pycocotools(make_coco, pycocotools_stats):
    truth, boxes, masks = make_coco(5)
    both = [{**mask, 'bbox': box['bbox']} for box, mask in zip(boxes, masks, strict=True)]
    result = evaluate_by_size(truth, both, iou_type='segm')
    expected = pycocotools_stats(truth, both, 'segm').stats
    assert as_pycocotools(result.coco_stats) == pytest.approx(expected, abs=1e-6)


def test_bins_of_ones_own_and_classes_equal_pycocotools(make_coco, pycocotools_stats):
    truth, boxes, _ = make_coco(6)
    ranges = [[0, 400], [100, 3000], [3000, 1e10]]
    result = evaluate_by_size(
        truth, boxes, bins=[('tiny', 0, 400), ('mid', 100, 3000), ('big', 3000, None)]
    )
    evaluation = pycocotools_stats(truth, boxes, 'bbox', ranges)
    precision, recall = evaluation.eval['precision'], evaluation.eval['recall']
    for a, scores in enumerate(result.bins):
        kept = precision[:, :, :, a, -1]
        assert scores.ap == pytest.approx(kept[kept > -1].mean(), abs=1e-9)
        assert scores.ap50 == pytest.approx(kept[0][kept[0] > -1].mean(), abs=1e-9)
        for m, n in enumerate((1, 10, 100)):
            kept = recall[:, :, a, m]
            assert scores.ar[n] == pytest.approx(kept[kept > -1].mean(), abs=1e-9)
    # pycocotools sorts the classes by id (ant 2, bee 7, cow 30), the file lists bee first.
    assert [c.name for c in result.classes] == ['bee', 'ant', 'cow']
    for scored, k in zip(result.classes[:2], (1, 0), strict=True):
        assert scored.bins[1].ap == pytest.approx(precision[:, :, k, 1, -1].mean(), abs=1e-9)
    assert result.classes[2].overall.ap is None


def test_boxes_are_counted_without_crowds(make_coco):
    truth, boxes, _ = make_coco(7)
    result = evaluate_by_size(truth, boxes)
    areas = np.array([a['area'] for a in truth['annotations'] if not a['iscrowd']])
    assert len(areas) < len(truth['annotations'])
    assert result.overall.boxes == len(areas) == sum(c.overall.boxes for c in result.classes)
    assert [s.boxes for s in result.bins] == [
        (areas <= 1024).sum(),
        ((areas >= 1024) & (areas <= 9216)).sum(),
        (areas >= 9216).sum(),
    ]
    assert sum(s.boxes for s in result.bins) == len(areas) + 1  # one of exactly 32^2 px is in two


@pytest.mark.parametrize('iou_type', ['bbox', 'segm'])
def test_missing_and_zero_area_is_computed(make_coco, iou_type):
    truth, boxes, masks = make_coco(8)
    truth['annotations'][0]['segmentation'] = []  # its area was made up: 32^2
    truth['annotations'].pop(0)
    results = {'bbox': boxes, 'segm': masks}[iou_type]
    expected = evaluate_by_size(truth, results, iou_type=iou_type)
    for index, annotation in enumerate(truth['annotations']):
        if index % 3 == 0:
            del annotation['area']
        elif index % 3 == 1:
            annotation['area'] = 0
    before = copy.deepcopy(truth)
    result = evaluate_by_size(truth, results, iou_type=iou_type)
    assert result.coco_stats == expected.coco_stats
    assert not expected.notes
    (note,) = result.notes
    gone = sum(index % 3 < 2 for index in range(len(truth['annotations'])))
    assert f'area 0: {gone}; computed from the mask for {gone}' in note
    assert truth == before  # the user's own data stays as it is


def test_ground_truth_read_once_serves_many_evaluations(make_coco):
    truth, _, masks = make_coco(10)
    read = read_ground_truth(truth)
    before = copy.deepcopy(read)
    first = evaluate_by_size(read, masks, iou_type='segm')
    assert read == before
    assert evaluate_by_size(read, masks, iou_type='segm') == first


def test_files_give_what_lists_give(make_coco, tmp_path):
    truth, boxes, _ = make_coco(9)
    for name, content in (('gt', truth), ('dt', boxes)):
        (tmp_path / f'{name}.json').write_text(json.dumps(content))
    from_files = evaluate_by_size(tmp_path / 'gt.json', str(tmp_path / 'dt.json'))
    assert from_files == evaluate_by_size(truth, boxes)


def test_no_detections_is_zero_and_an_empty_bin_is_none():
    result = evaluate_by_size(ONE, [])
    assert result.coco_stats == (0, 0, 0, 0, None, None, 0, 0, 0, 0, None, None)


def test_no_ground_truth_is_none_everywhere():
    result = evaluate_by_size({**ONE, 'annotations': []}, [FOUND])
    assert result.coco_stats == (None,) * 12
    assert result.overall.boxes == 0


def test_a_file_without_iscrowd_is_read():
    assert evaluate_by_size(ONE, [FOUND]).overall.ap == pytest.approx(1)


def test_max_dets_limits_ap_and_ar():
    wrong = [{**FOUND, 'bbox': [60, 60, 9, 9], 'score': 0.95}]
    result = evaluate_by_size(ONE, [*wrong, FOUND], max_dets=(1, 2))
    assert result.overall.ar == {1: 0.0, 2: 1.0}
    assert evaluate_by_size(ONE, [*wrong, FOUND], max_dets=(1,)).overall.ap == 0
    with pytest.raises(ValueError, match='twelve'):
        _ = result.coco_stats


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        ({'iou_type': 'points'}, "iou_type='points' must be one of bbox, segm, keypoints"),
        ({'max_dets': ()}, 'max_dets'),
        ({'max_dets': (10, 1)}, 'max_dets'),
        (
            {'iou_type': 'segm'},
            "1 of 1 annotations have no 'segmentation'",
        ),
        ({'protocol': 'voc'}, "protocol='voc' must be one of coco, voc07, voc12"),
        ({'area_of': 'hull'}, "area_of='hull' must be one of annotation, mask, box"),
        ({'on_error': 'go'}, "must be one of stop, skip, got 'go'"),
        ({'bins_by': 'relative-side'}, 'need limits of your own'),
        ({'bins_by': 'diameter', 'bins': [1]}, 'sizes are measured by area, side'),
    ],
)
def test_bad_arguments_are_refused(changes, message):
    with pytest.raises(UserError, match=message):
        evaluate_by_size(ONE, [FOUND], **changes)
