"""AP and AR against object size."""

from collections.abc import Sequence

import numpy as np

from res2net_mm.evaluation import Matches, SizeResult
from res2net_mm.evaluation.bootstrap import class_mean, draw_scores
from res2net_mm.evaluation.detection.average_precision import SCORE_NAMES, AveragePrecision
from res2net_mm.evaluation.detection.size_result import matches_of
from res2net_mm.report.by_size.size_curve import DRAWS, SizeCurve, slide_bin
from res2net_mm.report.by_size.terms import DETECTION

SHOWN = [SCORE_NAMES.index(score) for score in DETECTION.drawn]


def object_curve(
    results: Sequence[SizeResult],
    *,
    resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
    progress: bool = False,
) -> SizeCurve:
    """Score detectors in a sliding bin of object size.

    Args:
        results: Of ``evaluate_by_size``, on one ground truth.
        resamples: How often to draw the images; no more than ``DRAWS`` are.
        seed: Of the draw.
        level: Probability that the band of a difference covers.
        progress: Whether to show progress.
    """
    runs = [matches_of(result) for result in results]
    by = 'relative-side' if runs[0].columns[-1].relative else 'side'

    def score(bins: Sequence, by: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        part = [AveragePrecision(matches.in_bins(bins, by)) for matches in runs]
        plain = np.concatenate([run.class_scores() for run in part])
        draws = dict(resamples=min(resamples, DRAWS), seed=seed, level=level, progress=progress)
        again = draw_scores(part, **draws)
        objects = part[0].matches.counts[1:].sum(axis=1)
        return objects, class_mean(plain)[:, SHOWN, 1:], class_mean(again)[:, :, SHOWN, 1:]

    return slide_bin(_sides(runs[0], by), by, score, terms=DETECTION, level=level)


def _sides(matches: Matches, by: str) -> np.ndarray:
    counts = matches.counts[0]
    area = matches.truth.area[counts]
    if by == 'relative-side':
        area = area / matches.image_areas[matches.truth.image[counts]]
    return np.sqrt(np.maximum(area, 0))
