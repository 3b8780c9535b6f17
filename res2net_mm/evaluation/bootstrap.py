"""How far scores would move on other images of the same kind: the bootstrap over images.

As many images as there are get drawn with replacement, the scores computed anew, many times over;
the interval is the middle 95 % of these scores, moved so that their mean is the score itself.
Moved, because a draw has fewer different images and AP of fewer images is higher (precision is a
maximum over what follows): with rare classes the scores of all draws may lie above the score.
Matches stay as they are, since an image drawn twice is simply counted twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from res2net_mm.errors import UserError
from res2net_mm.evaluation.detection.average_precision import AveragePrecision
from res2net_mm.evaluation.detection.matches import Matches
from res2net_mm.evaluation.detection.size_result import BinScores, ClassScores, SizeResult
from res2net_mm.progress import track

#: The scores that get an interval; AR is that of the largest number of detections.
SCORES = ('AP', 'AP50', 'AP75', 'AR')


def with_intervals(
    result: SizeResult,
    *,
    resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
    progress: bool = False,
) -> SizeResult:
    """The result with a confidence interval for every score, per bin and per class.

    Args:
        result: Of ``evaluate_by_size``.
        resamples: How many times images are drawn.
        seed: Of the draw; the same seed gives the same intervals.
        level: Probability that an interval covers.
        progress: Whether to show progress.

    Raises:
        UserError: If ``resamples`` or ``level`` cannot be used.
    """
    matches = matches_of(result)
    plain = class_scores(AveragePrecision(matches))
    drawn = resampled_scores([matches], resamples, seed, level, progress)[0]
    overall = np.clip(intervals_of(class_mean(drawn), class_mean(plain), level), 0, 1)
    per_class = np.clip(intervals_of(drawn, plain, level), 0, 1)

    def filled(scores: tuple[BinScores, ...], low_high: np.ndarray) -> list[BinScores]:
        return [
            replace(
                of_bin,
                intervals=named_intervals(SCORES, low_high[:, :, a]),
            )
            for a, of_bin in enumerate(scores)
        ]

    of_all, *of_bins = filled((result.overall, *result.bins), overall)
    of_classes = []
    for k, scored in enumerate(result.classes):
        first, *rest = filled((scored.overall, *scored.bins), per_class[..., k])
        of_classes.append(ClassScores(scored.name, first, tuple(rest)))
    return replace(
        result,
        overall=of_all,
        bins=tuple(of_bins),
        classes=tuple(of_classes),
        resamples=resamples,
        level=level,
    )


def matches_of(result: SizeResult) -> Matches:
    """The matches of a result.

    Raises:
        ValueError: If it has none.
    """
    if result.matches is None:
        raise ValueError('the result carries no matches: use one that evaluate_by_size returned')
    return result.matches


def resampled_scores(
    runs: list[Matches], resamples: int, seed: int, level: float, progress: bool
) -> np.ndarray:
    """Scores of every class under each draw, the same draws for all runs.

    Returns:
        (R, B, S, A, K) for R runs, B resamples, the scores of ``SCORES``, A columns, K categories;
        nan where a draw has no object.

    Raises:
        UserError: If ``resamples`` or ``level`` cannot be used.
    """
    check_draws(resamples, level)
    average = [AveragePrecision(matches) for matches in runs]
    images = len(runs[0].image_ids)
    scores = []
    for weights in track(
        draw_images(images, resamples, seed), 'resampling', total=resamples, shown=progress
    ):
        scores.append([class_scores(run, weights) for run in average])
    return np.stack(scores, axis=1)


def check_draws(resamples: int, level: float) -> None:
    """Refuse numbers that no interval can be made with.

    Raises:
        UserError: If ``resamples`` or ``level`` cannot be used.
    """
    if resamples < 2:
        raise UserError(f'intervals need 2 resamples or more, got {resamples}; 1000 is usual')
    if not 0 < level < 1:
        raise UserError(f'the level of an interval lies between 0 and 1, got {level}')


def draw_images(images: int, resamples: int, seed: int) -> Iterator[np.ndarray]:
    """How often each image is drawn, (N,) int32, once per resample."""
    if seed < 0:
        raise UserError(f'seed={seed} must be 0 or more')
    random = np.random.default_rng(seed)
    for _ in range(resamples):
        drawn = random.integers(0, images, images)
        yield np.bincount(drawn, minlength=images).astype(np.int32)


def class_scores(average: AveragePrecision, weights: np.ndarray | None = None) -> np.ndarray:
    """(S, A, K) the scores of ``SCORES``, nan where there is none."""
    scores = average(weights, all_limits=False)
    at = {f'{iou:.2f}': t for t, iou in enumerate(average.matches.protocol.ious)}
    nothing = np.full_like(scores.ap[:, 0], np.nan)
    return np.stack(
        [
            scores.ap.mean(axis=1),
            scores.ap[:, at['0.50']],
            scores.ap[:, at['0.75']] if '0.75' in at else nothing,
            scores.recall[..., -1].mean(axis=1),
        ]
    )


def class_mean(scores: np.ndarray) -> np.ndarray:
    """Mean over the classes (last axis) that have objects, nan where none has."""
    there = ~np.isnan(scores)
    count = there.sum(axis=-1)
    return np.where(count, np.where(there, scores, 0).sum(axis=-1), np.nan) / np.maximum(count, 1)


def intervals_of(drawn: np.ndarray, plain: np.ndarray, level: float) -> np.ndarray:
    """(2, ...) ends of the middle ``level`` of the draws (first axis), moved to ``plain``."""
    tail = (1 - level) / 2
    ends = np.full((2, *plain.shape), np.nan)
    centred, there = _centred(drawn, plain)
    if there.any():
        ends[:, there] = np.nanquantile(centred, [tail, 1 - tail], axis=0)
    return ends


def named_intervals(names: Sequence[str], ends: np.ndarray) -> dict[str, tuple[float, float]]:
    """Intervals by the name of their score, from (2, S) ends; without those that are nan."""
    return {
        name: (float(low), float(high))
        for name, (low, high) in zip(names, ends.T, strict=True)
        if not np.isnan(low)
    }


def share_above_zero(drawn: np.ndarray, plain: np.ndarray) -> np.ndarray:
    """Share of the draws (first axis) above zero, their mean moved to ``plain``; nan for none."""
    share = np.full(plain.shape, np.nan)
    centred, there = _centred(drawn, plain)
    # A sum of a thousand floats may leave a zero difference a hair off zero.
    share[there] = (centred > 1e-12).sum(axis=0) / (~np.isnan(centred)).sum(axis=0)
    return share


def _centred(drawn: np.ndarray, plain: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The draws moved so that their mean is ``plain``; of those places that have any."""
    there = ~(np.isnan(drawn).all(axis=0) | np.isnan(plain))
    drawn = drawn[:, there]
    mean = np.nanmean(drawn, axis=0) if there.any() else 0
    return drawn - mean + plain[there], there
