"""Means over the runs of a model against a literal loop, and how wide their intervals are."""

import numpy as np
import pytest
from scipy.stats import norm, t

from res2net_mm.evaluation import compare_results, evaluate_by_size
from res2net_mm.evaluation.seeds import average_runs

DRAWS, LEVEL = 50, 0.95


@pytest.fixture
def scores():
    """Scores of 3 + 2 runs, (5, 2), and under draws of images, (5, B, 2)."""
    random = np.random.default_rng(3)
    plain = random.normal(0.5, 0.05, (5, 2))
    return plain, plain[:, None] + random.normal(0, 0.02, (5, DRAWS, 2))


def test_runs_are_drawn_and_stretched_as_in_a_literal_loop(scores):
    plain, drawn = scores
    averaged = average_runs(plain, drawn, (3, 2), seed=4)
    random = np.random.default_rng((4, 1))
    for model, runs in enumerate(([0, 1, 2], [3, 4])):
        picked = random.integers(0, len(runs), (DRAWS, len(runs)))
        for column in range(2):
            of_runs = [plain[r, column] for r in runs]
            assert averaged.plain[model, column] == pytest.approx(np.mean(of_runs))
            variance = np.var(of_runs, ddof=1) / len(runs)
            assert averaged.variance[model, column] == pytest.approx(variance)
            n, of_model = len(runs), drawn[runs, :, column]
            own = np.var([of_model[r] - of_model.mean(axis=0) for r in range(n)], axis=1)
            rest = 1 - own.mean() * n / (n - 1) / np.var(of_runs, ddof=1)
            assert 0 < rest < 1
            for b in range(DRAWS):
                mean = np.mean([drawn[runs[i], b, column] for i in picked[b]])
                centre = np.mean([drawn[r, b, column] for r in runs])
                expected = centre + (mean - centre) * (rest * n / (n - 1)) ** 0.5
                assert averaged.drawn[model, b, column] == pytest.approx(expected)


def test_a_gain_is_widened_as_students_t_is(scores):
    averaged = average_runs(*scores, (3, 2), seed=0)
    gain, drawn = averaged.gain(1, LEVEL)
    assert gain == pytest.approx(averaged.plain[1] - averaged.plain[0])
    unwidened = averaged.drawn[1] - averaged.drawn[0]
    for column in range(2):
        a, b = averaged.variance[:, column]
        total = max(np.var(unwidened[:, column]), a + b)
        degrees = max(total**2 / (a**2 / 2 + b**2 / 1), 1)
        wider = t.ppf(0.975, degrees) / norm.ppf(0.975)
        assert np.std(drawn[:, column]) == pytest.approx(wider * np.std(unwidened[:, column]))
        assert drawn[:, column].mean() == pytest.approx(unwidened[:, column].mean())


def test_a_single_run_is_left_as_it_is(scores):
    plain, drawn = scores
    averaged = average_runs(plain[:2], drawn[:2], (1, 1), seed=0)
    assert np.array_equal(averaged.drawn, drawn[:2])
    gain, of_draws = averaged.gain(1, LEVEL)
    assert np.array_equal(gain, plain[1] - plain[0])
    assert np.array_equal(of_draws, drawn[1] - drawn[0])


def test_equal_runs_and_missing_scores_add_nothing(scores):
    plain, drawn = (of.copy() for of in scores)
    for of in (plain, drawn):
        of[1:3], of[4] = of[0], of[3]
        of[..., 1] = np.nan
    averaged = average_runs(plain, drawn, (3, 2), seed=0)
    gain, of_draws = averaged.gain(1, LEVEL)
    assert gain[0] == pytest.approx(plain[3, 0] - plain[0, 0])
    assert of_draws[:, 0] == pytest.approx(drawn[3, :, 0] - drawn[0, :, 0])
    assert np.isnan(gain[1])
    assert np.isnan(of_draws[:, 1]).all()


def test_detectors_of_several_runs_are_compared_by_their_means(untied):
    truth, boxes = untied
    worse, better = (
        [
            evaluate_by_size(truth, [box for i, box in enumerate(boxes) if i % step])
            for step in steps
        ]
        for steps in ((2, 3, 4), (7, 9))
    )
    compared = compare_results(worse, better, resamples=30)
    single = compare_results(worse[0], better[0], resamples=30)
    assert compared.runs == (3, 2)
    assert single.runs == (1, 1)
    ap = compared.overall.scores['AP']
    assert ap.runs_a == pytest.approx([result.overall.ap for result in worse])
    assert ap.runs_b == pytest.approx([result.overall.ap for result in better])
    assert (ap.a, ap.b) == pytest.approx((np.mean(ap.runs_a), np.mean(ap.runs_b)))
    assert ap.low < ap.difference < ap.high
    assert ap.to_dict()['runs_b'] == list(ap.runs_b)
    assert single.overall.scores['AP'].runs_a == ()
    assert 'runs_a' not in single.overall.scores['AP'].to_dict()
