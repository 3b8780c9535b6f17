"""Against counting, detection by detection."""

import numpy as np
import pytest

from res2net_mm.evaluation.detection.confidence.calibration import held_out
from res2net_mm.evaluation.detection.matches import IGNORED, RIGHT
from res2net_mm.report.detection.detector_plots import (
    RECALLS,
    draw_calibration,
    precision_recall,
)


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


def test_the_caption_says_what_calibration_would_do(drawn):
    figure = draw_calibration([drawn.score(0)], ['run'])
    before, after = (found.error for found in held_out(drawn.score(0).matches))
    assert f'small {100 * before[0]:.1f} → {100 * after[0]:.1f}' in figure.caption
