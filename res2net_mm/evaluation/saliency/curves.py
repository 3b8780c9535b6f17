"""Precision, recall, F and E of a saliency map at every threshold, and at the adaptive one.

A saliency map is compared with its mask at the thresholds 255, 254, ..., 0: what lies at a
threshold or above it is found. Arrays of 256 are in this order.

- F (Achanta et al., CVPR 2009): weighted harmonic mean of precision and recall, beta^2 = 0.3.
- E (Fan et al., IJCAI 2018): mean over pixels of (1 + alignment)^2 / 4, where the alignment of two
  maps is 2 ab / (a^2 + b^2) of their differences a, b from their own means.
- The adaptive threshold is twice the mean of the map, at most 1.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
LEVELS = 256
BETA_SQUARED = 0.3
_EPSILON = np.finfo(np.float64).eps


def stretch(saliency: npt.NDArray[np.uint8]) -> Floats:
    """Return a saliency map of 8 bits stretched to 0..1; one that is the same everywhere stays."""
    values = saliency / 255
    low, high = values.min(), values.max()
    return (values - low) / (high - low) if high > low else values


def count_found(truth: npt.NDArray[np.bool_], values: Floats) -> tuple[Floats, Floats]:
    """Count the right and the false pixels that are found at each threshold, (256,) each.

    ``truth`` is the mask and ``values`` the stretched map, of one shape.
    """
    levels = (values * 255).astype(np.uint8)
    right = np.bincount(levels[truth], minlength=LEVELS)
    false = np.bincount(levels[~truth], minlength=LEVELS)
    return right[::-1].cumsum().astype(float), false[::-1].cumsum().astype(float)


def count_found_adaptively(truth: npt.NDArray[np.bool_], values: Floats) -> tuple[Floats, Floats]:
    """Count the right and the false pixels that are found at the adaptive threshold, () each."""
    found = values >= min(2 * values.mean(), 1)
    right = np.count_nonzero(found & truth)
    return np.array(float(right)), np.array(float(np.count_nonzero(found) - right))


def precision_and_recall(right: Floats, false: Floats, salient: int) -> tuple[Floats, Floats]:
    """Return precision and recall of counts of pixels; 0 where nothing is found or salient."""
    found = right + false
    return right / np.where(found > 0, found, 1), right / max(salient, 1)


def f_measure(precision: Floats, recall: Floats) -> Floats:
    """Return F, 0 where precision and recall are."""
    both = BETA_SQUARED * precision + recall
    return (1 + BETA_SQUARED) * precision * recall / np.where(both > 0, both, 1)


def e_measure(right: Floats, false: Floats, salient: int, pixels: int) -> Floats:
    """Return E of counts of pixels.

    ``salient`` pixels of the mask's ``pixels`` are. A mask of one kind of pixels has no alignment:
    there E is the share of pixels that are right.
    """
    found = right + false
    if salient == 0:
        total = pixels - found
    elif salient == pixels:
        total = found
    else:
        missed = salient - right
        a, b = found / pixels, salient / pixels
        parts = (
            (right, 1 - a, 1 - b),
            (false, 1 - a, -b),
            (missed, -a, 1 - b),
            (pixels - found - missed, -a, -b),
        )
        total = np.zeros_like(found)
        for count, x, y in parts:
            total += count * (2 * x * y / (x**2 + y**2 + _EPSILON) + 1) ** 2 / 4
    return total / max(pixels - 1, 1)
