"""Measure how often the intervals of a comparison cover the difference they are made for.

    python -m lab.interval_coverage

Models with a known true score are simulated: an image is harder or easier for both models, a
training shifts all scores of its run, and each run deviates on each image by itself. Each trial
draws new images and new trainings, compares them with ``compare_results`` and asks whether the 95 %
interval covers the true difference. The last column is how often a gate of `res2net-mm compare
--fail-if 'all < 0'` fails where the models are equal; nominal is half of what the intervals leave
out.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from res2net_mm.evaluation import compare_results
from res2net_mm.evaluation.result import ImageScores, Result
from res2net_mm.evaluation.size_bins import ALL, SizeBin
from res2net_mm.progress import track
from res2net_mm.tables import align

LEVEL = 0.95
DIFFERENCE = 0.01  # of the true scores
IMAGE, OWN = 0.2, 0.1  # standard deviation of an image, and of a run on an image
WHOLE = SizeBin(ALL, 0, float('inf'))


class SimulatedScores(ImageScores):
    """The mean over images of a score in 0..1 that each image has."""

    names, columns, categories = ('score',), (WHOLE,), ('thing',)
    at_once = 1000

    def __init__(self, of_images: np.ndarray):
        self.of_images, self.images = of_images, len(of_images)

    def class_scores(self, weights: np.ndarray | None = None) -> np.ndarray:
        weights = np.ones((1, self.images)) if weights is None else weights
        return (weights @ self.of_images / weights.sum(axis=1)).reshape(-1, 1, 1, 1)

    def class_objects(self) -> np.ndarray:
        return np.full((1, 1), self.images)


@dataclass(frozen=True, kw_only=True)
class SimulatedResult(Result):
    """A run with simulated scores."""

    simulated: SimulatedScores

    def image_scores(self) -> ImageScores:
        return self.simulated

    def agreement(self, other: Any) -> dict[str, bool]:
        return {'images': self.images == other.images}


@dataclass(frozen=True)
class Coverage:
    """What trials of one kind gave, as shares of them."""

    covered: float  # intervals that hold the true difference
    failed: float  # gates that fail although the models are equal


def simulate(
    runs: int,
    seed_spread: float,
    *,
    images: int = 200,
    trials: int = 1000,
    draws: int = 400,
    progress: bool = False,
) -> Coverage:
    """Compare two models with ``runs`` runs each in many trials.

    ``seed_spread`` is the standard deviation of the score of a training.
    """
    random = np.random.default_rng(0)
    covered = failed = 0
    for trial in track(range(trials), f'{runs} runs', total=trials, shown=progress):
        difficulty = random.normal(0, IMAGE, images)
        a, b = (_model(random, difficulty, runs, seed_spread) for _ in range(2))
        better = [_result(of_images + DIFFERENCE) for of_images in b]
        compared = compare_results(
            [_result(of_images) for of_images in a],
            better,
            resamples=draws,
            seed=trial,
            level=LEVEL,
        )
        found = compared.overall.scores['score']
        covered += found.low <= DIFFERENCE <= found.high
        failed += found.high - DIFFERENCE < 0  # the interval of equal models
    return Coverage(covered / trials, failed / trials)


def _model(
    random: np.random.Generator, difficulty: np.ndarray, runs: int, seed_spread: float
) -> np.ndarray:
    """Return (runs, N) scores of the runs of a model on the images."""
    of_runs = random.normal(0, seed_spread, (runs, 1))
    return 0.5 + difficulty + of_runs + random.normal(0, OWN, (runs, len(difficulty)))


def _result(of_images: np.ndarray) -> SimulatedResult:
    unused: Any = None
    return SimulatedResult(
        overall=unused,
        bins=(),
        images=len(of_images),
        classes=(),
        simulated=SimulatedScores(of_images),
    )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--trials', type=int, default=1000, help='default 1000')
    trials = parser.parse_args(arguments).trials
    rows = [['runs', 'spread of seeds', 'covered', 'failed although equal']]
    for seed_spread in (0.003, 0.01, 0.03):
        for runs in (1, 2, 3, 5, 10):
            got = simulate(runs, seed_spread, trials=trials, progress=True)
            rows.append(
                [str(runs), f'{seed_spread:.3f}', f'{got.covered:.3f}', f'{got.failed:.3f}']
            )
    print('\n'.join(align(rows)))


if __name__ == '__main__':
    main()
