"""The S-measure of a saliency map: how far its structure is that of the mask.

Source: Fan et al., Structure-measure: a new way to evaluate foreground maps, ICCV 2017.
"""

from itertools import product

import numpy as np
import numpy.typing as npt

from res2net_mm.evaluation.saliency.curves import Floats

OBJECT_SHARE = 0.5  # of the object-aware half; the other is the region-aware one
_EPSILON = np.finfo(np.float64).eps


def s_measure(truth: npt.NDArray[np.bool_], values: Floats) -> float:
    """Return the S-measure of a map of 0..1 against a mask, both (H, W).

    Half of it compares map and mask inside the object and outside of it, the other half in the four
    rectangles that meet at the object's centre. Of a mask without object, or without background, it
    is the mean of what the map should be.
    """
    share = truth.mean()
    if share == 0:
        return float(1 - values.mean())
    if share == 1:
        return float(values.mean())
    of_objects = share * _evenness(values[truth]) + (1 - share) * _evenness(1 - values[~truth])
    score = OBJECT_SHARE * of_objects + (1 - OBJECT_SHARE) * _by_region(truth, values)
    return float(max(0.0, score))


def _evenness(values: Floats) -> float:
    """Return how far values that should all be 1 are high and even."""
    mean = values.mean()
    spread = values.std(ddof=1) if values.size > 1 else 0.0
    return float(2 * mean / (mean**2 + 1 + spread + _EPSILON))


def _by_region(truth: npt.NDArray[np.bool_], values: Floats) -> float:
    """Return the similarity of map and mask in the four rectangles, weighted by their areas."""
    height, width = truth.shape
    y, x = (int(centre) + 1 for centre in np.argwhere(truth).mean(axis=0).round())
    score = 0.0
    for rows, columns in product((slice(0, y), slice(y, height)), (slice(0, x), slice(x, width))):
        part = truth[rows, columns]
        if part.size:  # the centre may lie at the edge
            score += part.size / truth.size * _similarity(part, values[rows, columns])
    return score


def _similarity(truth: npt.NDArray[np.bool_], values: Floats) -> float:
    """Return the structural similarity of a part of the map and of the mask."""
    x, y, others = values.mean(), truth.mean(), truth.size - 1 + _EPSILON
    of_values, of_truth = values - x, truth - y
    variances = ((of_values**2).sum() + (of_truth**2).sum()) / others
    above = 4 * x * y * (of_values * of_truth).sum() / others
    below = (x**2 + y**2) * variances
    if above != 0:
        return float(above / (below + _EPSILON))
    return 1.0 if below == 0 else 0.0
