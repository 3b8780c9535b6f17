"""Thresholds of the best F1, by trying all scores in every bin."""

import json

import pytest

from res2net_mm.evaluation import evaluate_by_size
from res2net_mm.evaluation.detection.matches import IGNORED, RIGHT
from res2net_mm.evaluation.detection.thresholds import best_threshold, thresholds_by_size


def f1(matches, column, threshold):
    outcome = matches.outcomes(column)
    kept = (outcome != IGNORED) & (matches.found.score >= threshold)
    right = (outcome[kept] == RIGHT).sum()
    return 2 * right / (kept.sum() + matches.counts[column].sum())


@pytest.mark.parametrize('seed', [1, 2])
def test_the_threshold_of_every_bin_has_its_best_f1(make_coco, seed):
    truth, boxes, _ = make_coco(seed)  # with equal scores
    matches = evaluate_by_size(truth, boxes).matches
    for column, best in zip([1, 2, 3, 0], thresholds_by_size(matches), strict=True):
        assert best.size_bin == matches.columns[column]
        assert best.f1 == max(f1(matches, column, score) for score in matches.found.score)
        assert best.f1 == pytest.approx(f1(matches, column, best.score))
        harmonic = 2 * best.precision * best.recall / (best.precision + best.recall)
        assert harmonic == pytest.approx(best.f1)


def test_without_a_right_detection_there_is_no_threshold(make_coco):
    truth, _, _ = make_coco(1)
    best = best_threshold(evaluate_by_size(truth, []).matches)
    assert best.score == float('inf')
    assert json.loads(json.dumps(best.to_dict()))['score'] is None
