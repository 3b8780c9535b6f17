"""Mistakes of every image, counted one by one."""

import numpy as np
import pytest

from res2net_mm.evaluation import evaluate_by_size
from res2net_mm.evaluation.detection.matches import WRONG
from res2net_mm.report.detection.mistakes import (
    find_mistakes,
    found_by_one,
)


def test_mistakes_are_those_of_an_evaluation_of_what_is_above_the_threshold(drawn):
    """Matching goes down the scores, so leaving out the low ones changes nothing above."""
    for which in (0, 1):
        found = find_mistakes(drawn.score(which).matches)
        kept = [d for d in drawn.detections[which] if d['score'] >= found.threshold]
        matches = evaluate_by_size(drawn.truth, kept).matches
        for image in range(len(matches.image_ids)):
            here = matches.truth.image == image
            assert found.missed[image] == np.sum(matches.found_by()[here & matches.counts[0]] < 0)
            false = (matches.found.image == image) & (matches.outcomes() == WRONG)
            assert found.false[image] == false.sum()
        assert found.total.sum() == found.missed.sum() + found.false.sum()


def test_objects_of_one_run_come_smallest_first(drawn):
    runs = [drawn.score(which).matches for which in (0, 1)]
    a, b = map(find_mistakes, runs)
    listed = 0
    for image in range(len(runs[0].image_ids)):
        ones = found_by_one(runs[0], a, b, image)
        areas = runs[0].truth.area[ones]
        assert (np.diff(areas) >= 0).all()
        assert all((a.found_by[i] < 0) != (b.found_by[i] < 0) for i in ones)
        listed += len(ones)
    assert listed == np.sum((a.found_by < 0) != (b.found_by < 0))


@pytest.mark.parametrize('score', [None, 0.9])
def test_without_a_right_detection_nothing_counts(drawn, score):
    wrong = {'image_id': 1, 'category_id': 1, 'bbox': [0, 0, 1, 1], 'score': score}
    found = find_mistakes(evaluate_by_size(drawn.truth, [wrong] if score else []).matches)
    assert found.threshold == float('inf')
    assert found.false.sum() == 0
    assert found.missed.sum() == len(drawn.truth['annotations'])
