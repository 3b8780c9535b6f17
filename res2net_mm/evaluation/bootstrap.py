"""Confidence intervals of scores: the bootstrap over images.

As many images as there are get drawn with replacement, the scores computed anew, many times over;
the interval is the middle 95 % of these scores, moved so that their mean is the score itself.
Moved, because a draw has fewer different images and AP of fewer images is higher (precision is a
maximum over what follows): with rare classes the scores of all draws may lie above the score.
An image drawn twice is counted twice, so nothing is matched anew.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import TypeVar

import numpy as np

from res2net_mm.errors import UserError, argument
from res2net_mm.evaluation.result import BySize, ClassScores, ColumnScores, ImageScores, Result
from res2net_mm.progress import track

R = TypeVar('R', bound=Result)
S = TypeVar('S', bound=ColumnScores)


def check_bootstrap(bootstrap: int) -> None:
    """Raise UserError if ``bootstrap`` is neither 0 nor enough draws for intervals."""
    if bootstrap < 0 or bootstrap == 1:
        raise UserError(
            f'{argument("bootstrap", bootstrap)} must be 0 for no intervals, or 2 draws or more; '
            '1000 is usual'
        )


def draw_images(images: int, resamples: int, seed: int) -> Iterator[np.ndarray]:
    """Yield how often each image is drawn, (N,) int32, once per resample."""
    if seed < 0:
        raise UserError(f'{argument("seed", seed)} must be 0 or more')
    random = np.random.default_rng(seed)
    for _ in range(resamples):
        drawn = random.integers(0, images, images)
        yield np.bincount(drawn, minlength=images).astype(np.int32)


def draw_scores(
    runs: Sequence[ImageScores], *, resamples: int, seed: int, level: float, progress: bool
) -> np.ndarray:
    """Return (R, B, S, C, K) scores of R runs under the same B draws of images; nan for none."""
    if resamples < 2:
        raise UserError(f'intervals need 2 resamples or more, got {resamples}; 1000 is usual')
    if not 0 < level < 1:
        raise UserError(f'the level of an interval lies between 0 and 1, got {level}')
    draws, at_once = draw_images(runs[0].images, resamples, seed), runs[0].at_once
    chunks = range(0, resamples, at_once)
    drawn = []
    for _ in track(chunks, 'resampling', total=len(chunks), shown=progress):
        weights = np.stack(list(islice(draws, at_once)))
        drawn.append([run.class_scores(weights) for run in runs])
    return np.concatenate(drawn, axis=1)


def with_intervals(
    result: R, *, resamples: int = 1000, seed: int = 0, level: float = 0.95, progress: bool = False
) -> R:
    """Return the result with a confidence interval for every score, per bin and per class.

    Args:
        result: Result of ``evaluate_by_size`` or ``score_regions``.
        resamples: How many times images are drawn.
        seed: Seed of the draws; the same seed gives the same intervals.
        level: Probability that an interval covers.
        progress: Whether to show progress.

    Raises:
        UserError: If ``resamples``, ``seed`` or ``level`` cannot be used.
    """
    run = result.image_scores()
    (plain,) = run.class_scores()  # (S, C, K)
    (drawn,) = draw_scores([run], resamples=resamples, seed=seed, level=level, progress=progress)
    of_means = np.clip(intervals_of(class_mean(drawn), class_mean(plain), level), 0, 1)
    of_classes = np.clip(intervals_of(drawn, plain, level), 0, 1)

    def filled(scored: BySize[S], ends: np.ndarray) -> list[S]:
        columns = []
        for c, column in enumerate((scored.overall, *scored.bins)):
            named = zip(run.names, *ends[:, :, c].tolist(), strict=True)
            intervals = {name: (low, high) for name, low, high in named if not math.isnan(low)}
            columns.append(replace(column, intervals=intervals))
        return columns

    overall, *bins = filled(result, of_means)
    classes = tuple(
        ClassScores.of(scored.name, filled(scored, of_classes[..., k]))
        for k, scored in enumerate(result.classes)
    )
    return replace(
        result, overall=overall, bins=tuple(bins), classes=classes, resamples=resamples, level=level
    )


def class_mean(scores: np.ndarray) -> np.ndarray:
    """Return the mean over the classes (last axis) that have objects, nan where none has."""
    there = ~np.isnan(scores)
    count = there.sum(axis=-1)
    return np.where(count, np.where(there, scores, 0).sum(axis=-1), np.nan) / np.maximum(count, 1)


def intervals_of(drawn: np.ndarray, plain: np.ndarray, level: float) -> np.ndarray:
    """Return the (2, ...) ends of the middle ``level`` of the draws (first axis)."""
    tail = (1 - level) / 2
    ends = np.full((2, *plain.shape), np.nan)
    centred, there = _centred(drawn, plain)
    if there.any():
        ends[:, there] = np.nanquantile(centred, [tail, 1 - tail], axis=0)
    return ends


def share_above_zero(drawn: np.ndarray, plain: np.ndarray) -> np.ndarray:
    """Return the share of the draws (first axis) above zero, nan where there are none."""
    share = np.full(plain.shape, np.nan)
    centred, there = _centred(drawn, plain)
    # A sum of a thousand floats may leave a zero difference a hair off zero.
    share[there] = (centred > 1e-12).sum(axis=0) / (~np.isnan(centred)).sum(axis=0)
    return share


def _centred(drawn: np.ndarray, plain: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Shift the draws so that their mean is ``plain``, where there are any; say where that is."""
    there = ~(np.isnan(drawn).all(axis=0) | np.isnan(plain))
    drawn = drawn[:, there]
    mean = np.nanmean(drawn, axis=0) if there.any() else 0
    return drawn - mean + plain[there], there
