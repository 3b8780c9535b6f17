"""Own matching against pycocotools: whole curves, odd bins, and what is kept for later."""

import copy
from dataclasses import replace

import numpy as np
import pytest

from res2net_mm.evaluation import evaluate_by_size, read_ground_truth, result_of
from res2net_mm.evaluation.detection.average_precision import AveragePrecision
from res2net_mm.evaluation.detection.matches import IGNORED, NOTHING, RIGHT, TAKEN, WRONG, match
from res2net_mm.evaluation.detection.objects import DetectionArrays, TruthArrays
from res2net_mm.evaluation.detection.overlaps import overlapping_pairs
from res2net_mm.evaluation.detection.protocols import PROTOCOLS

IOUS = np.array([0.5, 0.75])


def objects(*boxes, **flags):
    zeros = np.zeros(len(boxes), int)
    fields = dict.fromkeys(('ignored', 'crowd', 'uncountable'), zeros.astype(bool)) | flags
    box = np.array(boxes, float).reshape(-1, 4)
    return TruthArrays(zeros, zeros, box, box[:, 2] * box[:, 3], source=zeros, **fields)


def detections(*boxes):
    zeros, box = np.zeros(len(boxes), int), np.array(boxes, float)
    falling = np.linspace(1, 0.5, len(boxes))
    return DetectionArrays(
        zeros, zeros, falling, box, box[:, 2] * box[:, 3], np.arange(len(boxes)), zeros
    )


def matched(truth, found, ignored, *, second_choice):
    pairs = overlapping_pairs(truth, found, IOUS[0])
    rules = replace(PROTOCOLS['coco'], ious=IOUS, second_choice=second_choice)
    rows, matches = match(pairs, truth, found, np.array([ignored]), rules)
    assert rows.tolist() == list(range(len(found)))
    return matches[0].tolist()


# Both detections overlap the first object most, by 1 and by 0.8; the second overlaps both.
TRUTH = objects([0, 0, 10, 10], [3, 0, 10, 10])
FOUND = detections([0, 0, 10, 10], [1, 0, 10, 10])


def test_a_taken_object_leaves_a_second_choice_only_by_cocos_rules():
    assert matched(TRUTH, FOUND, [False, False], second_choice=True) == [[0, 1], [0, NOTHING]]
    assert matched(TRUTH, FOUND, [False, False], second_choice=False) == [[0, TAKEN], [0, TAKEN]]


@pytest.mark.parametrize('second_choice', [True, False])
def test_an_ignored_object_takes_any_number(second_choice):
    truth = objects([0, 0, 10, 10], ignored=np.array([True]))
    found = matched(truth, FOUND, [True], second_choice=second_choice)
    assert found == [[0, 0], [0, 0]]


def test_an_object_with_the_id_zero_is_never_found_as_in_pycocotools():
    truth = objects([0, 0, 10, 10], uncountable=np.array([True]))
    found = matched(truth, FOUND, [False], second_choice=True)
    assert found == [[NOTHING, NOTHING], [NOTHING, NOTHING]]


def odd_bins(random):
    a, b, c = np.sort(random.uniform(0, 180, 3) ** 2).tolist()
    return [('a', 0, a), ('b', a, b), ('c', a / 2, c), ('d', c, None)]


def ranges(bins):
    return [[0, 1e10], *([low, 1e10 if high is None else high] for _, low, high in bins)]


def test_relative_bins_are_absolute_ones_on_images_of_one_size(make_coco, pycocotools_stats):
    """Images twice as large, everything in them twice as large: pycocotools gets them halved."""
    truth, boxes, _ = make_coco(31)
    large = {image['id'] for image in truth['images'][::2]}

    def scaled(entry):
        return {**entry, 'bbox': [2 * side for side in entry['bbox']]}

    grown = copy.deepcopy(truth)
    for image in grown['images']:
        if image['id'] in large:
            image.update(height=2 * image['height'], width=2 * image['width'])
    for annotation in grown['annotations']:
        del annotation['segmentation']
        if annotation['image_id'] in large:
            annotation.update(scaled(annotation), area=4 * annotation['area'])
    found = [scaled(box) if box['image_id'] in large else box for box in boxes]

    theirs = pycocotools_stats(truth, boxes, 'bbox', [[0, 1e10], [0, 768], [768, 1e10]])
    expected = theirs.eval['precision'][..., -1]
    area, side = 768 / (240 * 320), 0.1  # 0.1^2 of the image is 768 px^2
    for edge, by in ((area, 'relative-area'), (side, 'relative-side')):
        result = evaluate_by_size(grown, found, bins=[edge], bins_by=by)
        for scored, kept in zip(result.bins, np.moveaxis(expected, -1, 0)[1:], strict=True):
            assert scored.ap == pytest.approx(kept[kept > -1].mean(), abs=1e-9)


@pytest.mark.parametrize('iou_type', ['bbox', 'segm'])
@pytest.mark.parametrize('area_of', ['box', 'mask'])
def test_area_of_box_or_mask(make_coco, pycocotools_stats, area_of, iou_type):
    truth, boxes, masks = make_coco(32)
    for annotation in truth['annotations']:
        del annotation['area']
    measured = {**truth, 'annotations': list(read_ground_truth(truth).annotations)}
    for annotation in measured['annotations']:
        if area_of == 'box':
            annotation['area'] = annotation['bbox'][2] * annotation['bbox'][3]
    both = [{**m, 'bbox': b['bbox']} for m, b in zip(masks, boxes, strict=True)]
    # pycocotools takes a detection's area from its box if there is one.
    theirs = boxes if iou_type == 'bbox' else both if area_of == 'box' else masks
    expected = pycocotools_stats(measured, copy.deepcopy(theirs), iou_type).stats

    for annotation in truth['annotations']:
        annotation['area'] = 5.0
    ours = boxes if iou_type == 'bbox' else both
    result = evaluate_by_size(truth, ours, iou_type=iou_type, area_of=area_of)
    stats = [-1 if value is None else value for value in result.coco_stats]
    assert stats == pytest.approx(expected, abs=1e-9)
    assert result.area_of == area_of
    assert evaluate_by_size(truth, ours, iou_type=iou_type).bins[1].boxes == 0


def test_outcomes_account_for_every_detection_and_object(make_coco):
    truth, boxes, _ = make_coco(33)
    matches = evaluate_by_size(truth, boxes).matches
    for column in range(4):
        for threshold in (0, 5, 9):
            outcomes = matches.outcomes(column, threshold)
            assert outcomes.shape == (len(boxes),)
            assert set(np.unique(outcomes)) <= {RIGHT, WRONG, IGNORED}
            by = matches.found_by(column, threshold)
            found = by != NOTHING
            assert found.sum() == (outcomes == RIGHT).sum()
            assert not (found & ~matches.counts[column]).any()
            assert (outcomes[by[found]] == RIGHT).all()
            same_image = matches.found.image[by[found]] == matches.truth.image[found]
            assert same_image.all()
    scores = AveragePrecision(matches)()
    recall = (matches.found_by(1, 0) != NOTHING).sum() / matches.counts[1].sum()
    weighted = np.nansum(scores.recall[1, 0, :, -1] * scores.objects[1])
    assert recall == pytest.approx(weighted / scores.objects[1].sum())


def test_sources_lead_back_to_the_results(make_coco):
    truth, boxes, _ = make_coco(34)
    matches = evaluate_by_size(truth, boxes).matches
    for d in (0, len(boxes) // 2, len(boxes) - 1):
        source = boxes[matches.found.source[d]]
        assert source['score'] == matches.found.score[d]
        assert source['image_id'] == matches.image_ids[matches.found.image[d]]


def test_other_bins_need_no_other_evaluation(make_coco):
    truth, boxes, _ = make_coco(35)
    bins = odd_bins(np.random.default_rng(35))
    first = evaluate_by_size(truth, boxes)
    again = result_of(first.matches.in_bins(bins), iou_type='bbox', area_of=first.area_of)
    assert again.bins == evaluate_by_size(truth, boxes, bins=bins).bins
