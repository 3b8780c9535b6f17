"""Accuracy in bins equals literal counting; intervals and comparisons draw images."""

import numpy as np
import pytest

from res2net_mm.errors import UserError
from res2net_mm.evaluation import compare_results, with_intervals
from res2net_mm.evaluation.classification.accuracy import (
    accuracy_table,
    score_classified,
    scores_by_key,
)
from res2net_mm.evaluation.classification.classified_images import stack_images

CLASSES = tuple('abcdefg')
SIZES = (8.0, 12.0, 40.0)


def images(count=60, seed=0, classes=CLASSES, sharpness=1.0, sizes=SIZES):
    rng = np.random.default_rng(seed)
    truth = np.arange(count) % len(classes)
    scores = rng.random((count, len(classes)))
    scores[np.arange(count), truth] *= sharpness
    rows = [(f'{i:03d}', int(truth[i]), scores[i]) for i in range(count)]
    by_name = {f'{i:03d}': sizes[i % len(sizes)] for i in range(count)} if sizes else None
    return stack_images(rows, classes, by_name)


@pytest.mark.parametrize('bins', [[10, 20], [('tiny', 0, 9), ('big', 39, 41)]])
def test_shares_are_counted(bins):
    found = images()
    result = score_classified(found, bins=bins)
    for column in result.columns:
        low, high = column.size_bin.low, column.size_bin.high
        held = [i for i in range(60) if low <= found.size[i] <= high]
        assert column.images == len(held)
        for name, k in (('top-1', 1), ('top-5', 5)):
            right = sum(found.rank[i] < k for i in held)
            assert column.scores[name] == pytest.approx(right / len(held))


def test_an_empty_bin_has_no_score():
    result = score_classified(images(), bins=[('none', 100, 200)])
    assert result.bins[0].images == 0
    assert result.bins[0].top1 is None
    assert 'no images' in accuracy_table(result)
    assert set(scores_by_key(result)) == {'top1', 'top5'}


def test_without_sizes_there_are_no_bins():
    result = score_classified(images(sizes=None))
    assert result.bins == ()
    assert 'px' not in accuracy_table(result)


def test_five_classes_have_no_top_5():
    result = score_classified(images(classes=tuple('abcde')))
    assert result.overall.top5 is None
    assert 'top-5' not in accuracy_table(result)
    assert result.to_dict()['scores'][-1]['top-5'] is None


def test_the_interval_is_that_of_a_literal_bootstrap():
    found = images(200)
    (low, high) = with_intervals(score_classified(found), resamples=2000).overall.intervals['top-1']
    rng = np.random.default_rng(1)
    right = found.rank == 0
    drawn = [right[rng.integers(0, 200, 200)].mean() for _ in range(2000)]
    assert (low, high) == pytest.approx(np.quantile(drawn, [0.025, 0.975]), abs=0.02)


def test_a_better_classifier_wins_beyond_noise():
    a, b = (score_classified(images(300, sharpness=s), bins=[10, 20]) for s in (1, 3))
    comparison = compare_results(a, b, resamples=200)
    difference = comparison.overall.scores['top-1']
    assert difference.difference == pytest.approx(b.overall.top1 - a.overall.top1)
    assert difference.beyond_noise
    assert difference.b_wins == 1
    assert [column.objects for column in comparison.columns] == [100, 100, 100, 300]


@pytest.mark.parametrize(
    ('other', 'named'),
    [
        (dict(classes=tuple('abcdefgh')), 'classes'),
        (dict(count=61), 'images'),
        (dict(sizes=(8.0, 12.0, 41.0)), 'sizes of objects'),
    ],
)
def test_runs_on_other_images_are_not_compared(other, named):
    a, b = score_classified(images()), score_classified(images(**other))
    with pytest.raises(UserError, match=named):
        compare_results(a, b, resamples=10)
