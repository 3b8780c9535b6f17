import numpy as np
import pytest

from res2net_mm.evaluation.detection.matching import NOTHING, TAKEN, match
from res2net_mm.evaluation.detection.objects import DetectionArrays, TruthArrays
from res2net_mm.evaluation.detection.overlaps import overlapping_pairs

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
    rows, matches = match(
        pairs, truth, found, np.array([ignored]), IOUS, second_choice=second_choice
    )
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
