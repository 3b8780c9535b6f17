"""IoU, recall and boundary F against region size."""

from collections.abc import Sequence

import numpy as np

from res2net_mm.evaluation.bootstrap import class_mean, draw_scores
from res2net_mm.evaluation.regions import RegionSet
from res2net_mm.evaluation.regions.region_scores import sum_regions
from res2net_mm.evaluation.size_bins import make_bins
from res2net_mm.report.by_size.size_curve import DRAWS, SizeCurve, slide_bin
from res2net_mm.report.by_size.terms import SEGMENTATION


def region_curve(
    runs: Sequence[RegionSet],
    *,
    relative: bool = False,
    resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
    progress: bool = False,
) -> SizeCurve:
    """Score segmenters in a sliding bin of region size.

    Args:
        runs: The regions of the runs, of one ground truth.
        relative: Whether sizes are measured relative to the image.
        resamples: How often to draw the images; no more than ``DRAWS`` are.
        seed: Of the draw.
        level: Probability that the band of a difference covers.
        progress: Whether to show progress.
    """
    truth = runs[0]
    area = truth.truth.area
    if relative:
        area = area / truth.image_areas[truth.truth_image]

    def score(bins: Sequence, by: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        part = [sum_regions(regions, make_bins(bins, by)) for regions in runs]
        plain = class_mean(np.concatenate([sums.class_scores() for sums in part]))
        draws = dict(resamples=min(resamples, DRAWS), seed=seed, level=level, progress=progress)
        drawn = class_mean(draw_scores(part, **draws))
        objects = part[0].class_objects()[1:].sum(axis=1)
        return objects.astype(int), plain[..., 1:], drawn[..., 1:]

    by = 'relative-side' if relative else 'side'
    return slide_bin(np.sqrt(area), by, score, terms=SEGMENTATION, level=level)
