"""Thresholds of the best F1, by trying all scores in every bin."""

import json

import numpy as np
import pytest

from res2net_mm.errors import UserError
from res2net_mm.evaluation import evaluate_by_size, write_json
from res2net_mm.evaluation.detection.confidence.thresholds import (
    ScoreRule,
    best_threshold,
    read_thresholds,
    rule_of,
    thresholds_by_size,
)
from res2net_mm.evaluation.detection.matches import IGNORED, RIGHT
from res2net_mm.evaluation.size_bins import SizeBin


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


@pytest.mark.parametrize('bins', [None, [('low', 0, 0.05), ('high', 0.05, 1)]])
def test_a_rule_that_was_written_and_read_keeps_what_the_thresholds_say(make_coco, tmp_path, bins):
    truth, boxes, _ = make_coco(1)
    by = 'area' if bins is None else 'relative-area'
    result = evaluate_by_size(truth, boxes, bins=bins, bins_by=by)
    entries = read_thresholds(write_json([result], tmp_path / 'ap_by_size.json'))
    rule = rule_of(entries, by_size=True, source='it')
    found, area = result.matches.found, 240 * 320
    kept = rule.keeps(found.score, found.area, area)
    least = [t.score for t in thresholds_by_size(result.matches)]
    expected = np.zeros(len(found), bool)
    for place, column in enumerate(result.matches.in_range[1:]):
        expected |= column & (found.score >= least[place])
    assert kept.tolist() == expected.tolist()
    alone = rule_of(entries, by_size=False, source='it')
    assert alone == ScoreRule(least[-1])
    assert str(alone) == f'{least[-1]:g}'


def test_overlaps_take_the_lower_score_and_gaps_that_of_all_sizes():
    rule = ScoreRule(0.5, ((SizeBin('a', 0, 10), 0.2), (SizeBin('b', 5, 20), 0.4)))
    scores = np.array([0.3, 0.3, 0.3, 0.45, 0.55])
    areas = np.array([4, 7, 15, 30, 30])
    assert rule.keeps(scores, areas, 100).tolist() == [True, True, False, False, True]
    assert str(rule) == '0.2 (a), 0.4 (b)'


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        ('{}', 'holds no score thresholds by size: it must be written by an evaluation'),
        ('{"bbox": {"thresholds": [3]}}', 'holds no score thresholds by size that can be read'),
        (
            '{"bbox": {"thresholds": [{"bin": "all", "score": null}]}}',
            'no detection was right there',
        ),
    ],
)
def test_what_is_no_threshold_is_one_error(tmp_path, content, message):
    file = tmp_path / 'ap.json'
    file.write_text(content)
    with pytest.raises(UserError, match=message):
        read_thresholds(file)
