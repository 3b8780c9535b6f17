"""Against a literal bootstrap of both runs, on the same drawn images."""

import numpy as np
import pytest
from test_bootstrap import BINS, literal, moved, quantiles, scores

from res2net_mm.errors import UserError
from res2net_mm.evaluation import compare_results, evaluate_by_size, with_intervals


def test_a_difference_is_that_of_the_same_draws(untied):
    truth, boxes = untied
    worse = boxes[: len(boxes) * 2 // 3]
    a, b = (evaluate_by_size(truth, found, bins=BINS) for found in (worse, boxes))
    compared = compare_results(a, b, resamples=8, seed=2)
    gain = literal(truth, boxes, 8, 2, 'coco') - literal(truth, worse, 8, 2, 'coco')
    plain = np.array(scores(b), dtype=float) - np.array(scores(a), dtype=float)
    expected = quantiles(gain, plain)
    rows = [compared.overall, *compared.bins]
    for scored in compared.classes:
        rows += [scored.overall, *scored.bins]
    checked = 0
    for r, row in enumerate(rows):
        for s, name in enumerate(('AP', 'AP50', 'AP75', 'AR')):
            if name not in row.scores:
                assert row.objects == 0
                continue
            difference = row.scores[name]
            assert (difference.low, difference.high) == pytest.approx(expected[r, s], abs=1e-9)
            wins = (moved(gain[:, r, s], plain[r, s]) > 1e-12).mean()
            assert difference.b_wins == pytest.approx(wins)
            checked += 1
    assert checked >= 36
    assert compared.overall.scores['AP'].difference == b.overall.ap - a.overall.ap
    assert compared.overall.objects == a.overall.boxes


def test_noise_is_told_from_a_gain(untied):
    truth, boxes = untied
    half = [{**b, 'bbox': [b['bbox'][0] + 0.3 * b['bbox'][2], *b['bbox'][1:]]} for b in boxes]
    good, bad = (evaluate_by_size(truth, found) for found in (boxes, half))
    gained = compare_results(bad, good, resamples=50).overall.scores['AP']
    assert gained.beyond_noise
    assert gained.low > 0
    assert gained.b_wins == 1
    lost = compare_results(good, bad, resamples=50).overall.scores['AP']
    assert (lost.low, lost.high) == pytest.approx((-gained.high, -gained.low))
    same = compare_results(good, good, resamples=50).overall.scores['AP']
    assert not same.beyond_noise
    assert (same.low, same.high, same.b_wins) == (0, 0, 0)


def test_what_cannot_be_compared_is_named(untied):
    truth, boxes = untied
    result = evaluate_by_size(truth, boxes)
    other_bins = evaluate_by_size(truth, boxes, bins=BINS)
    with pytest.raises(UserError, match=r'differ in bins$'):
        compare_results(result, other_bins)
    fewer = {**truth, 'annotations': truth['annotations'][1:]}
    with pytest.raises(UserError, match='differ in ground-truth objects'):
        compare_results(result, evaluate_by_size(fewer, boxes))
    with pytest.raises(UserError, match='2 resamples or more, got 1'):
        compare_results(result, result, resamples=1)
    with pytest.raises(UserError, match='between 0 and 1, got 95'):
        with_intervals(result, level=95)
