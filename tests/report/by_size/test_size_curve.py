"""The curve against evaluations of one sliding bin each, its band against a literal one."""

import numpy as np
import pytest

from res2net_mm.report.by_size.size_curve import describe_wins, simultaneous_band
from res2net_mm.report.by_size.verdict import ENOUGH
from res2net_mm.report.detection.object_curve import object_curve


@pytest.fixture(scope='module')
def curve(drawn):
    return object_curve([drawn.score(0), drawn.score(1)], resamples=20)


def test_every_point_is_the_score_of_a_bin_around_it(drawn, curve):
    assert len(curve.sizes) > 8
    assert curve.sizes[0] <= curve.sides.min()
    assert curve.sizes[-1] >= curve.sides.max()
    assert np.allclose(np.diff(np.log2(curve.sizes)), 0.25)
    for point, size in enumerate(curve.sizes):
        bins = [('here', size / 2**0.5, size * 2**0.5)]
        for run in (0, 1):
            (here,) = drawn.score(run, bins=bins, bins_by='side').bins
            assert curve.objects[point] == here.boxes
            expected = [here.ap, here.ar_most] if here.boxes >= ENOUGH else [np.nan] * 2
            assert curve.scores[run, :, point] == pytest.approx(expected, nan_ok=True)


def test_relative_bins_have_a_relative_curve(drawn):
    relative = dict(bins=[('low', 0, 0.2), ('high', 0.2, 1)], bins_by='relative-side')
    results = [drawn.score(run, **relative) for run in (0, 1)]
    curve = object_curve(results, resamples=2)
    assert curve.by == 'relative-side'
    assert 0 < curve.sizes[0] < curve.sizes[-1] < 2


def test_the_band_holds_whole_curves():
    random = np.random.default_rng(0)
    drawn = random.normal(0, [[1, 2, 5], [1, 1, 1]], (40, 2, 3))
    plain = np.array([[0.5, 0, np.nan], [1, 2, 3]])
    band = simultaneous_band(drawn, plain, 0.9)
    for score, points in ((0, [0, 1]), (1, [0, 1, 2])):
        away = []
        for draw in drawn[:, score]:
            away.append(
                max(
                    abs(draw[p] - np.mean(drawn[:, score, p])) / np.std(drawn[:, score, p])
                    for p in points
                )
            )
        for p in points:
            width = np.quantile(away, 0.9) * np.std(drawn[:, score, p])
            assert band[score, :, p] == pytest.approx(
                [plain[score, p] - width, plain[score, p] + width]
            )
    assert np.isnan(band[0, :, 2]).all()


def test_equal_runs_have_a_band_of_no_width(drawn):
    curve = object_curve([drawn.score(0)] * 2, resamples=3)
    there = ~np.isnan(curve.scores[0, 0])
    assert there.any()
    assert (curve.band[0][..., there] == 0).all()
    assert not curve.wins(1)
    assert not curve.loses(1)
    (sentence,) = describe_wins(curve, ['a', 'b'])
    assert sentence.startswith('At no single size does b differ from a in AP')


def test_wins_are_ranges_of_sizes(curve):
    band = np.full_like(curve.band, np.nan)
    band[0, 0, 0, [1, 2, 3, 6]] = 0.1
    band[0, 0, 1] = 0.2
    band[0, 0, :, 8] = -0.2, -0.1
    object.__setattr__(curve, 'band', band)
    sizes = curve.sizes
    assert curve.wins(1) == [(sizes[1], sizes[3]), (sizes[6], sizes[6])]
    assert curve.loses(1) == [(sizes[8], sizes[8])]
    (sentence,) = describe_wins(curve, ['a', 'b'])
    assert f'b gains AP for objects of {sizes[1]:.3g} to {sizes[3]:.3g} and' in sentence
    assert f'loses AP for objects of {sizes[8]:.3g} px' in sentence
