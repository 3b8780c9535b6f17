"""Calibration by size against counting, and scores made true on images not seen."""

import numpy as np
import pytest

from res2net_mm.evaluation import evaluate_by_size
from res2net_mm.evaluation.detection.confidence.calibration import (
    GROUPS,
    LEAST_SCORE,
    calibrate,
    calibrated_scores,
    fit_curves,
    held_out,
)
from res2net_mm.evaluation.detection.matches import IGNORED, RIGHT


def test_groups_and_error_equal_the_literal_ones(make_coco):
    truth, boxes, _ = make_coco(1)
    matches = evaluate_by_size(truth, boxes).matches
    found = calibrate(matches)
    for place, column in enumerate((1, 2, 3, 0)):
        outcome = matches.outcomes(column)
        error = total = 0
        for group in range(GROUPS):
            mine = [
                (score, outcome[i] == RIGHT)
                for i, score in enumerate(matches.found.score)
                if outcome[i] != IGNORED
                and score >= LEAST_SCORE
                and group <= score * GROUPS < group + 1 + (group == GROUPS - 1)
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


def test_a_score_of_one_is_in_the_last_group_and_none_have_no_error(make_coco):
    truth, boxes, _ = make_coco(1)
    found = calibrate(evaluate_by_size(truth, [{**boxes[0], 'score': 1.0}]).matches)
    assert found.count[-1].tolist() == [0] * 9 + [1]
    none = evaluate_by_size(truth, []).matches
    assert np.isnan(calibrate(none).error).all()
    assert np.isnan(held_out(none)[1].error).all()


@pytest.fixture
def too_modest_when_small(make_coco):
    """Detections right as often as their score says, but small ones twice as often."""
    truth, _, _ = make_coco(0, images=240)
    random = np.random.default_rng(0)
    truth['annotations'] = [a for a in truth['annotations'] if not a['iscrowd']]
    results = []
    for annotation in truth['annotations']:
        chance = random.uniform(0.1, 0.9)
        x, y, w, h = annotation['bbox']
        is_right = random.random() < chance
        small = w * h < 32**2
        results.append(
            dict(
                image_id=annotation['image_id'],
                category_id=annotation['category_id'] if is_right else 30,
                bbox=[x, y, w, h],
                score=chance / 2 if small else chance,
            )
        )
    return truth, results


def test_calibration_by_size_makes_scores_true_on_images_not_seen(too_modest_when_small):
    matches = evaluate_by_size(*too_modest_when_small).matches
    before, after = held_out(matches)
    small = 0
    assert before.error[small] > 0.15
    assert after.error[small] < before.error[small] / 2
    assert after.error[-1] < before.error[-1]
    assert (after.error < 0.1).all()
    assert (held_out(matches)[1].error == after.error).all()


def test_curves_rise_and_a_bin_of_few_has_that_of_all(too_modest_when_small):
    matches = evaluate_by_size(*too_modest_when_small, bins=[('few', 0, 200), ('rest', 200, None)])
    matches = matches.matches
    everything = np.ones(len(matches.image_ids), bool)
    curves = fit_curves(matches, everything)
    assert all((np.diff(curve[1]) >= -1e-12).all() for curve in curves)
    some = np.arange(len(matches.image_ids)) < 12
    few = fit_curves(matches, some)
    assert few[1] is few[0]
    made = calibrated_scores(matches, curves)
    assert made.min() >= 0
    assert made.max() <= 1
