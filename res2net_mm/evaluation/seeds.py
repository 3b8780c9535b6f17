"""Runs of one model that differ only in their seed: their mean, and what their spread tells.

Under each draw of images, as many runs of a model are drawn with replacement as it has, so a score
of a model moves with both. Three corrections keep the intervals honest with few runs. The mean of n
runs drawn from n varies by (n - 1) / n of what the mean of n new runs does, so its distance from
the mean of all is stretched by sqrt(n / (n - 1)). Runs also differ because each does better on some
images by chance, which the draws of images have counted already, so the distance is shrunk to the
rest. The variance of three runs is itself uncertain, so differences are widened as Student's t is
wider than a normal distribution, with the degrees of freedom of Welch and Satterthwaite, in which
the images count as many. `lab/interval_coverage.py` measures how often such intervals cover.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.special import ndtri, stdtrit


@dataclass(frozen=True, eq=False)
class SeedScores:
    """Scores of M models, each the mean of its runs; nan where there is no score.

    Attributes:
        plain: (M, ...) scores.
        drawn: (M, B, ...) scores under B draws of images and of runs.
        variance: (M, ...) variance of ``plain`` over new trainings; 0 for a single run, of which
            it is unknown.
        runs: Number of runs of each model.
    """

    plain: np.ndarray
    drawn: np.ndarray
    variance: np.ndarray
    runs: Sequence[int]

    def gain(self, model: int, level: float) -> tuple[np.ndarray, np.ndarray]:
        """Return the gain of a model over the first, (...), and the draws of it, (B, ...).

        The draws are spread so that their middle ``level`` is an interval of the gain.
        """
        gain = self.plain[model] - self.plain[0]
        drawn = self.drawn[model] - self.drawn[0]
        freedom = [(self.variance[m], self.runs[m] - 1) for m in (0, model) if self.runs[m] > 1]
        if not freedom:
            return gain, drawn
        there = ~np.isnan(drawn).all(axis=0)
        mean, total = np.zeros_like(gain), np.zeros_like(gain)
        mean[there], total[there] = (of(drawn[:, there], axis=0) for of in (np.nanmean, np.nanvar))
        total = np.maximum(total, sum(variance for variance, _ in freedom))
        uncertain = sum(variance**2 / n for variance, n in freedom)
        degrees = np.divide(
            total**2, uncertain, out=np.full_like(total, np.inf), where=uncertain > 0
        )
        tail = (1 + level) / 2
        # stdtrit returns nan beyond some 1e10 degrees, where the two distributions are one.
        wider = stdtrit(np.clip(degrees, 1, 1e6), tail) / ndtri(tail)
        return gain, mean + (drawn - mean) * wider


def average_runs(
    plain: np.ndarray, drawn: np.ndarray, runs: Sequence[int], *, seed: int
) -> SeedScores:
    """Average the runs of each model.

    Args:
        plain: (R, ...) scores of all runs, those of a model side by side.
        drawn: (R, B, ...) their scores under B draws of images.
        runs: How many of the R runs belong to each model.
        seed: Seed of the draws of runs.
    """
    random = np.random.default_rng((seed, 1))  # not the numbers that draw the images
    ends = np.cumsum([0, *runs])
    means, again, variances = [], [], []
    for start, end in pairwise(ends):
        n, of_images = end - start, drawn[start:end]
        means.append(plain[start:end].mean(axis=0))
        centre = of_images.mean(axis=0)
        if n == 1:
            again.append(centre)
            variances.append(np.zeros_like(means[-1]))
            continue
        draws = drawn.shape[1]
        picked = random.integers(0, n, (draws, n))
        times = (picked[:, :, None] == np.arange(n)).sum(axis=1)  # (B, n)
        mean = np.einsum('bn,nb...->b...', times / n, of_images)
        of_runs = plain[start:end].var(axis=0, ddof=1)
        by_images = (of_images - centre).var(axis=1).mean(axis=0) * n / (n - 1)
        with np.errstate(divide='ignore', invalid='ignore'):  # runs that are equal
            rest = np.clip(1 - np.nan_to_num(by_images / of_runs, nan=1), 0, 1)
        again.append(centre + (mean - centre) * np.sqrt(rest * n / (n - 1)))
        variances.append(of_runs / n)
    return SeedScores(np.stack(means), np.stack(again), np.stack(variances), tuple(runs))
