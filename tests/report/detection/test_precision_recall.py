"""Against counting right and wrong detections down the scores."""

import numpy as np
import pytest

from res2net_mm.evaluation.detection.matches import IGNORED, RIGHT
from res2net_mm.report.detection.precision_recall import RECALLS, precision_recall


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
