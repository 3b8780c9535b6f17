"""Against counting, detection by detection."""

import numpy as np
import pytest

from res2net_mm.evaluation import evaluate_by_size
from res2net_mm.evaluation.detection.matches import IGNORED, RIGHT
from res2net_mm.report.detection.detector_plots import (
    GROUPS,
    LEAST_SCORE,
    RECALLS,
    calibrate,
    precision_recall,
)


def test_groups_and_error_equal_the_literal_ones(drawn):
    result = drawn.score(0)
    found = calibrate(result)
    for place, column in enumerate((1, 2, 3, 0)):
        outcome = result.matches.outcomes(column)
        error = total = 0
        for group in range(GROUPS):
            mine = [
                (score, outcome[i] == RIGHT)
                for i, score in enumerate(result.matches.found.score)
                if outcome[i] != IGNORED
                and score >= LEAST_SCORE
                and group / GROUPS <= score < (group + 1) / GROUPS
            ]
            assert found.count[place, group] == len(mine)
            if mine:
                score, right = np.mean(mine, axis=0)
                assert found.score[place, group] == pytest.approx(score)
                assert found.right[place, group] == pytest.approx(right)
                error += len(mine) * abs(score - right)
                total += len(mine)
            else:
                assert np.isnan(found.score[place, group])
        assert found.error[place] == pytest.approx(error / total)


def test_a_score_of_one_is_in_the_last_group_and_none_have_no_error(drawn):
    surest = [{**drawn.detections[0][0], 'score': 1.0}]
    found = calibrate(evaluate_by_size(drawn.truth, surest))
    assert found.count[-1].tolist() == [0] * 9 + [1]
    none = calibrate(evaluate_by_size(drawn.truth, []))
    assert np.isnan(none.error).all()


def literal(matches, column, category):
    """Best precision at each recall or more, of one class; None without objects."""
    outcome = matches.outcomes(column)
    objects = np.sum(matches.counts[column] & (matches.truth.category == category))
    if not objects:
        return None
    right = counted = 0
    points = []
    for detection in range(len(outcome)):  # they stand by category, from the highest score down
        if matches.found.category[detection] == category and outcome[detection] != IGNORED:
            counted += 1
            right += outcome[detection] == RIGHT
            points.append((right / objects, right / counted))
    return [max((p for r, p in points if r >= level), default=0) for level in RECALLS]


def test_curves_equal_the_literal_ones(drawn):
    result = drawn.score(0)
    curves = precision_recall(result)
    for place, column in enumerate((1, 2, 3, 0)):  # all objects come last
        of_classes = [literal(result.matches, column, k) for k in range(5)]
        expected = np.mean([c for c in of_classes if c is not None], axis=0)
        assert curves[place] == pytest.approx(expected)
    assert curves[-1].mean() == pytest.approx(result.overall.ap50)
