"""F and MAE that do not depend on the size of the objects: each object counts once.

Source: Li et al., Size-invariance matters: rethinking metrics and losses for imbalanced
multi-object salient object detection, ICML 2024. An object is a connected part of the mask (4
neighbours) of at least 50 px; where all are smaller, the largest are taken. It is scored inside its
bounding box, as if the map were empty elsewhere.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from res2net_mm.evaluation.saliency.curves import (
    Floats,
    count_found,
    f_measure,
    precision_and_recall,
)

LEAST_AREA = 50  # px


@dataclass(frozen=True, eq=False)
class SalientObjects:
    """The objects of one image, arrays of (T,), and what lies around their boxes."""

    area: npt.NDArray[np.int64]  # px
    max_f: Floats
    mean_f: Floats
    adaptive_f: Floats
    error: Floats  # mean absolute error inside the box
    background_error: float  # mean absolute error outside of all boxes; 0 where there is nothing
    background_ratio: float  # area outside of all boxes over the area inside of any


def score_objects(truth: npt.NDArray[np.bool_], values: Floats) -> SalientObjects:
    """Score each object of a mask by its own box; both arrays are (H, W), ``values`` in 0..1."""
    error, outside = np.abs(values - truth), np.ones(truth.shape, bool)
    rows = []
    for window, area in find_objects(truth):
        outside[window] = False
        scores = _f_scores(truth[window], values[window], truth.size)
        rows.append((area, *scores, error[window].mean()))
    around = np.count_nonzero(outside)
    areas, max_f, mean_f, adaptive_f, errors = np.array(rows, dtype=float).reshape(-1, 5).T
    return SalientObjects(
        areas.astype(np.int64),
        max_f,
        mean_f,
        adaptive_f,
        errors,
        background_error=float(error[outside].mean()) if around else 0.0,
        background_ratio=around / max(truth.size - around, 1),
    )


def find_objects(truth: npt.NDArray[np.bool_]) -> list[tuple[tuple[slice, slice], int]]:
    """Return the bounding box of each object as slices of rows and columns, and its area in px."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(truth.view(np.uint8), connectivity=4)
    objects = stats[1:]  # the first is the background
    areas = objects[:, cv2.CC_STAT_AREA]
    least = min(LEAST_AREA, areas.max(initial=0))
    return [
        ((slice(y, y + height), slice(x, x + width)), int(area))
        for x, y, width, height, area in objects[areas >= least].tolist()
    ]


def _f_scores(
    truth: npt.NDArray[np.bool_], values: Floats, pixels: int
) -> tuple[float, float, float]:
    """Return max F, mean F and adaptive F inside a box of an image of ``pixels``."""
    salient, around = np.count_nonzero(truth), pixels - truth.size
    right, false = count_found(truth, values)
    false[-1] += around  # at the threshold 0 all that is empty is found
    f = f_measure(*precision_and_recall(right, false, salient))
    threshold = min(2 * values.sum() / pixels, 1)
    found = values >= threshold
    of_object = float(np.count_nonzero(found & truth))
    others = np.count_nonzero(found) - of_object + (around if threshold <= 0 else 0)
    adaptive = f_measure(*precision_and_recall(np.array(of_object), np.array(others), salient))
    return float(f.max()), float(f.mean()), float(adaptive)
