"""Bootstrap intervals of region scores, and paired comparison of two runs, over images.

As for AP (:mod:`res2net_mm.evaluation.bootstrap`), images are drawn with replacement, and the sums
of the drawn ones are divided anew.
"""

import numpy as np

from res2net_mm.evaluation.bootstrap import check_draws, draw_images, fill_intervals
from res2net_mm.evaluation.comparison import Comparison, check_alike, compare_scores
from res2net_mm.evaluation.regions.region_result import RegionResult
from res2net_mm.evaluation.regions.region_scores import (
    SCORE_NAMES,
    SUMS,
    RegionSums,
    scores_of,
    sum_regions,
)
from res2net_mm.evaluation.regions.region_set import RegionSet
from res2net_mm.progress import track

_AT_ONCE = 50  # resamples: a compromise between speed and memory


def with_region_intervals(
    result: RegionResult,
    *,
    resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
    progress: bool = False,
) -> RegionResult:
    """Return the result with a confidence interval for every score, per bin and per class.

    Args:
        result: Result of ``score_regions``.
        resamples: How many times images are drawn.
        seed: Seed of the draws; the same seed gives the same intervals.
        level: Probability that an interval covers.
        progress: Whether to show progress.

    Raises:
        UserError: If ``resamples``, ``seed`` or ``level`` cannot be used.
    """
    check_draws(resamples, level)
    sums = _sums_of(result)
    plain = scores_of(sums.totals())[0]
    (drawn,) = drawn_scores([sums], resamples, seed, progress)
    return fill_intervals(result, SCORE_NAMES, plain, drawn, level)


def compare_regions(
    a: RegionResult,
    b: RegionResult,
    *,
    resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
    progress: bool = False,
) -> Comparison:
    """Compare two runs, paired: both are scored on the same draws of images.

    Args:
        a: First result of ``score_regions``.
        b: Second, of the same ground truth and bins.
        resamples: How many times images are drawn.
        seed: Seed of the draws.
        level: Probability that an interval covers.
        progress: Whether to show progress.

    Raises:
        UserError: If the results are not of the same ground truth and bins.
    """
    check_draws(resamples, level)
    runs = [_sums_of(a), _sums_of(b)]
    _check_alike(a, b, regions_of(a), regions_of(b))
    plain = np.stack([scores_of(run.totals())[0] for run in runs])
    return compare_scores(
        SCORE_NAMES,
        runs[0].columns,
        regions_of(a).categories,
        runs[0].totals()[0, :, :, SUMS.index('regions')].T,
        plain,
        drawn_scores(runs, resamples, seed, progress),
        level=level,
    )


def drawn_scores(runs: list[RegionSums], resamples: int, seed: int, progress: bool) -> np.ndarray:
    """Return the (R, B, S', C, K) scores of each of R runs under the same B draws."""
    weights = np.stack(list(draw_images(runs[0].shape[0], resamples, seed)))
    chunks = range(0, resamples, _AT_ONCE)
    drawn = [
        [scores_of(run.totals(weights[start : start + _AT_ONCE])) for run in runs]
        for start in track(chunks, 'resampling', total=len(chunks), shown=progress)
    ]
    return np.concatenate(drawn, axis=1)


def regions_of(result: RegionResult) -> RegionSet:
    """Return the regions of a result.

    Raises:
        ValueError: If it has none.
    """
    if result.regions is None:
        raise ValueError('the result carries no regions: use one that score_regions returned')
    return result.regions


def _sums_of(result: RegionResult) -> RegionSums:
    return sum_regions(regions_of(result), result.size_bins)


def _check_alike(a: RegionResult, b: RegionResult, first: RegionSet, second: RegionSet) -> None:
    check_alike(
        {
            'bins': a.size_bins == b.size_bins,
            'tolerance': first.tolerance == second.tolerance,
            'classes': first.categories == second.categories,
            # Names may differ: images lie in one place, their label maps in another.
            'images': np.array_equal(first.image_areas, second.image_areas),
            'ground-truth regions': np.array_equal(first.truth_image, second.truth_image)
            and np.array_equal(first.truth.category, second.truth.category)
            and np.array_equal(first.truth.area, second.truth.area),
        }
    )
