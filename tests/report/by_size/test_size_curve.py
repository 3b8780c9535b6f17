"""The band against a literal one, and the ranges of sizes in which it leaves out zero."""

import numpy as np
import pytest

from res2net_mm.report.by_size.size_curve import describe_wins, simultaneous_band
from res2net_mm.report.detection.detection_section import object_curve


@pytest.fixture(scope='module')
def curve(drawn):
    return object_curve([drawn.score(0), drawn.score(1)], resamples=20)


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
