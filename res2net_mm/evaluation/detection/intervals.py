"""Bootstrap intervals of AP and AR, and the paired comparison of two detectors."""

import numpy as np

from res2net_mm.evaluation.bootstrap import check_draws, draw_images, fill_intervals
from res2net_mm.evaluation.comparison import Comparison, check_alike, compare_scores
from res2net_mm.evaluation.detection.average_precision import SCORE_NAMES, SCORES, AveragePrecision
from res2net_mm.evaluation.detection.matches import Matches
from res2net_mm.evaluation.detection.size_result import SizeResult
from res2net_mm.progress import track


def with_intervals(
    result: SizeResult,
    *,
    resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
    progress: bool = False,
) -> SizeResult:
    """Return the result with a confidence interval for every score, per bin and per class.

    Args:
        result: Result of ``evaluate_by_size``.
        resamples: How many times images are drawn.
        seed: Seed of the draws; the same seed gives the same intervals.
        level: Probability that an interval covers.
        progress: Whether to show progress.

    Raises:
        UserError: If ``resamples``, ``seed`` or ``level`` cannot be used.
    """
    matches = matches_of(result)
    plain = class_scores(AveragePrecision(matches))
    drawn = resampled_scores([matches], resamples, seed, level, progress)[0]
    return fill_intervals(result, SCORE_NAMES, plain, drawn, level)


def compare_results(
    a: SizeResult,
    b: SizeResult,
    *,
    resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
    progress: bool = False,
) -> Comparison:
    """Compare two runs, paired: both are scored on the same draws of images.

    An image that is hard for one run is mostly hard for the other, too, so the interval of the
    difference is much narrower than the intervals of the scores.

    Args:
        a: First result of ``evaluate_by_size``.
        b: Second, of the same ground truth, bins and protocol.
        resamples: How many times images are drawn.
        seed: Seed of the draws.
        level: Probability that an interval covers.
        progress: Whether to show progress.

    Raises:
        UserError: If the results are not of the same ground truth, bins and protocol.
    """
    runs = [matches_of(a), matches_of(b)]
    _check_alike(a, b, *runs)
    plain = np.stack([class_scores(AveragePrecision(matches)) for matches in runs])
    drawn = resampled_scores(runs, resamples, seed, level, progress)
    first = runs[0]
    classes = len(first.categories)
    objects = [np.bincount(first.truth.category[c], minlength=classes) for c in first.counts]
    return compare_scores(
        SCORE_NAMES, first.columns, first.categories, np.stack(objects), plain, drawn, level=level
    )


def matches_of(result: SizeResult) -> Matches:
    """Return the matches of a result.

    Raises:
        ValueError: If it has none.
    """
    if result.matches is None:
        raise ValueError('the result carries no matches: use one that evaluate_by_size returned')
    return result.matches


def resampled_scores(
    runs: list[Matches], resamples: int, seed: int, level: float, progress: bool
) -> np.ndarray:
    """Return the scores of every class under each draw, the same draws for all runs.

    Returns:
        (R, B, S, A, K) for R runs, B resamples, the S scores of ``SCORES``, A columns and K
        categories; nan where a draw has no object.

    Raises:
        UserError: If ``resamples``, ``seed`` or ``level`` cannot be used.
    """
    check_draws(resamples, level)
    average = [AveragePrecision(matches) for matches in runs]
    draws = draw_images(len(runs[0].image_ids), resamples, seed)
    scores = [
        [class_scores(run, weights) for run in average]
        for weights in track(draws, 'resampling', total=resamples, shown=progress)
    ]
    return np.stack(scores, axis=1)


def class_scores(average: AveragePrecision, weights: np.ndarray | None = None) -> np.ndarray:
    """Return the (S, A, K) scores of ``SCORES``, nan where there is none."""
    scores, ious = average(weights, all_limits=False), average.matches.protocol.ious
    return np.stack([score.of(scores, ious).mean(axis=1) for score in SCORES])


def _check_alike(a: SizeResult, b: SizeResult, first: Matches, second: Matches) -> None:
    same = {
        'iou_type': a.iou_type == b.iou_type,
        'protocol': a.protocol == b.protocol,
        'bins': first.columns == second.columns,
        'max_dets': first.max_dets == second.max_dets,
        'images': list(first.image_ids) == list(second.image_ids),
        'classes': first.categories == second.categories,
    }
    check_alike(same)
    same_objects = len(first.truth) == len(second.truth) and all(
        np.array_equal(getattr(first.truth, name), getattr(second.truth, name), equal_nan=True)
        for name in ('image', 'category', 'area')
    )
    check_alike({'ground-truth objects or area_of': same_objects})
