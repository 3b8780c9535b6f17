"""Against a literal bootstrap: the maps of the drawn images are written out and scored anew."""

from dataclasses import replace

import numpy as np
import pytest
from test_region_scores import BINS, evaluate

from res2net_mm.errors import UserError
from res2net_mm.evaluation.bootstrap import draw_images
from res2net_mm.evaluation.regions import (
    compare_regions,
    region_table,
    score_regions,
    with_region_intervals,
)

NAMES = ('IoU', 'recall', 'BF')


def rows_of(result):
    rows = [result.overall, *result.bins]
    for scored in result.classes:
        rows += [scored.overall, *scored.bins]
    return rows


def scores(result):
    return np.array([list(row.scores.values()) for row in rows_of(result)], dtype=float)


def drawn_scores(maps, resamples, seed):
    return np.array(
        [
            scores(evaluate([maps[i] for i in np.repeat(np.arange(len(maps)), weights)]))
            for weights in draw_images(len(maps), resamples, seed)
        ]
    )


def ends(drawn, plain):
    """Middle 95 % of the draws, moved so that their mean is the score."""
    there = drawn[~np.isnan(drawn)]
    if np.isnan(plain) or not there.size:
        return None
    return np.quantile(there - there.mean() + plain, [0.025, 0.975])


def test_intervals_are_those_of_written_out_images(make_maps):
    maps = make_maps(5)
    result = evaluate(maps)
    resampled = with_region_intervals(result, resamples=9, seed=4)
    drawn, plain = drawn_scores(maps, 9, 4), scores(result)
    for r, row in enumerate(rows_of(resampled)):
        for s, name in enumerate(NAMES):
            expected = ends(drawn[:, r, s], plain[r, s])
            if expected is None:
                assert name not in row.intervals
            else:
                assert row.intervals[name] == pytest.approx(expected.clip(0, 1), abs=1e-12)
    assert (resampled.resamples, resampled.level) == (9, 0.95)
    assert resampled == with_region_intervals(result, resamples=9, seed=4)
    assert resampled != with_region_intervals(result, resamples=9, seed=5)
    np.testing.assert_array_equal(scores(resampled), plain)


def test_a_difference_is_that_of_the_same_draws(make_maps):
    maps = make_maps(6)
    better = [(truth, np.where(truth < 3, truth, found)) for truth, found in maps]
    a, b = evaluate(maps), evaluate(better)
    compared = compare_regions(a, b, resamples=7, seed=1)
    gain = drawn_scores(better, 7, 1) - drawn_scores(maps, 7, 1)
    plain = scores(b) - scores(a)
    rows = [compared.overall, *compared.bins]
    for scored in compared.classes:
        rows += [scored.overall, *scored.bins]
    checked = 0
    for r, row in enumerate(rows):
        for s, name in enumerate(NAMES):
            expected = ends(gain[:, r, s], plain[r, s])
            assert (expected is None) == (name not in row.scores)
            if expected is not None:
                difference = row.scores[name]
                assert (difference.low, difference.high) == pytest.approx(expected, abs=1e-12)
                assert difference.difference == pytest.approx(plain[r, s], abs=1e-12)
                checked += 1
    assert checked >= 40
    assert compared.overall.scores['IoU'].beyond_noise
    same = compare_regions(a, a, resamples=5).overall.scores['IoU']
    assert (same.low, same.high, same.b_wins) == (0, 0, 0)


def test_only_results_of_one_ground_truth_are_compared(make_maps):
    maps = make_maps(1)
    result = evaluate(maps)
    with pytest.raises(UserError, match=r'differ in bins$'):
        compare_regions(result, evaluate(maps, bins=None))
    with pytest.raises(UserError, match=r'differ in ground-truth regions$'):
        compare_regions(result, evaluate([(found, truth) for truth, found in maps]))
    with pytest.raises(UserError, match=r'differ in images, ground-truth regions$'):
        compare_regions(result, evaluate(maps[:2]))
    with pytest.raises(ValueError, match='carries no regions'):
        compare_regions(result, replace(result, regions=None))
    for resamples, level, message in ((1, 0.95, '2 resamples'), (9, 1, 'between 0 and 1')):
        with pytest.raises(UserError, match=message):
            with_region_intervals(result, resamples=resamples, level=level)


def test_a_saved_run_is_scored_in_other_bins(make_maps):
    maps = make_maps(2)
    result = evaluate(maps, bins=BINS)
    again = score_regions(result.regions, bins=[0.2], bins_by='relative-side')
    assert again == evaluate(maps, bins=[0.2], by='relative-side')


def result():
    """Class 1: 2x2 px that are missed and 10x20 px that are found, on 20x40 px, in two images."""
    truth = np.zeros((20, 40), np.uint8)
    truth[2:4, 2:4] = 1
    truth[8:18, 10:30] = 1
    predicted = truth.copy()
    predicted[2:4, 2:4] = 0
    return evaluate([(truth, predicted)] * 2, 3, bins=[5], by='side')


def test_the_table():
    head, *rows = region_table(result()).splitlines()
    assert head == (
        'segmentation in % by size (square root of the area) of the ground-truth region, connected '
        'pixels of a class; boundary F within 0.75 % of the diagonal; 2 images'
    )
    assert rows == [
        '                      0-5        5-up         all',
        'px                   <= 5        >= 5         any',
        'mIoU                  0.0        99.7        98.7',
        'mAcc (recall)         0.0       100.0        99.0',
        'boundary F            0.0        96.9        95.2',
        'aAcc                                         99.5',
        'regions                 2           4           6',
        'IoU (regions)',
        '  class 0      no regions    99.3 (2)    99.3 (2)',
        '  class 1         0.0 (2)   100.0 (2)    98.0 (4)',
        '  class 2      no regions  no regions  no regions',
    ]


def test_intervals_follow_their_scores():
    head, *rows = region_table(with_region_intervals(result(), resamples=3)).splitlines()
    assert head.endswith('; 95 % intervals of 3 draws of images')
    assert rows[2].split()[0] == 'mIoU'
    assert rows[3].split() == ['95', '%', '0.0..0.0', '99.7..99.7', '98.7..98.7']
    assert rows[-2].split() == ['95', '%', '0.0..0.0', '100.0..100.0', '98.0..98.0']
    assert rows[-1].split()[:2] == ['class', '2']  # nothing to have an interval
