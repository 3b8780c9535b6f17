"""Object keypoint similarity (OKS): how near the keypoints of a detection are to an object's."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from res2net_mm.errors import UserError, argument
from res2net_mm.evaluation.detection.overlaps import Near
from res2net_mm.formats.finite_numbers import finite_or_nan

#: Detections per image and class that count, as COCO has it for keypoints.
MAX_DETS = (20,)
# The spread of each of COCO's 17 keypoints of a person, as a share of the object's size: nose,
# eyes, ears, shoulders, elbows, wrists, hips, knees, ankles (https://cocodataset.org/#keypoints-eval).
COCO_SIGMAS = (
    *(0.026, 0.025, 0.025, 0.035, 0.035, 0.079, 0.079, 0.072, 0.072),
    *(0.062, 0.062, 0.107, 0.107, 0.087, 0.087, 0.089, 0.089),
)
NO_KEYPOINTS = 'have no keypoints of three finite numbers each (x, y, visibility)'


def points_of(entry: Mapping[str, Any]) -> np.ndarray | None:
    """Return the keypoints of an annotation or detection, (K, 3) x, y in px and visibility.

    None where it has not three finite numbers for each.
    """
    values = entry.get('keypoints')
    if not isinstance(values, list | tuple | np.ndarray) or not len(values) or len(values) % 3:
        return None
    points: np.ndarray = np.array([finite_or_nan(value) for value in values]).reshape(-1, 3)
    return None if np.isnan(points).any() else points


def box_around(entry: Mapping[str, Any]) -> list[float]:
    """Return x, y, width, height of the box around all keypoints of an entry, in px."""
    points = _read(entry)
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    return [*low, *(high - low)]


def _read(entry: Mapping[str, Any]) -> np.ndarray:
    points = points_of(entry)
    assert points is not None, 'refused where the file was read'
    return points


def labelled(annotation: Mapping[str, Any]) -> int:
    """Return how many keypoints of an object are labelled; objects without any are ignored."""
    given = annotation.get('num_keypoints')
    if isinstance(given, int):
        return given
    points = points_of(annotation)
    return 0 if points is None else int((points[:, 2] > 0).sum())


def check_sigmas(sigmas: Sequence[float] | None, count: int) -> np.ndarray:
    """Return the (K,) spread of each keypoint; COCO's where none is given for its 17.

    Raises:
        UserError: There are not ``count`` of them, each a number above 0.
    """
    if sigmas is None and count == len(COCO_SIGMAS):
        sigmas = COCO_SIGMAS
    spread = np.array([] if sigmas is None else sigmas, dtype=float)
    if len(spread) != count or not (np.isfinite(spread) & (spread > 0)).all():
        raise UserError(
            f'{argument("sigmas")} must be a number above 0 for each of the {count} keypoints (by '
            f"default the {len(COCO_SIGMAS)} of COCO's persons)"
        )
    return spread


def oks_pairs(
    annotations: Sequence[Mapping[str, Any]],
    areas: np.ndarray,
    results: Sequence[Mapping[str, Any]],
    sigmas: np.ndarray,
    near: Near,
    groups: Sequence[np.ndarray],
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield detection, object and OKS of all pairs of a group, computed as in pycocotools.

    Args:
        annotations: The objects, each with ``keypoints`` and ``bbox``.
        areas: Their (G,) areas in px^2, the measure of distances.
        results: The detections, each with ``keypoints``.
        sigmas: (K,) spread of each keypoint.
        near: For each detection the objects of its image and category, see ``overlaps``.
        groups: Detections of one image and category each.
    """
    order, begin, count = near
    variances = (sigmas * 2) ** 2
    for group in groups:
        objects = order[begin[group[0]] : begin[group[0]] + count[group[0]]]
        found = np.stack([_read(results[index]) for index in group])
        for index in objects:
            of_object = _similarity(annotations[index], areas[index], found, variances)
            yield group, np.full(len(group), index), of_object


def _similarity(
    annotation: Mapping[str, Any], area: float, found: np.ndarray, variances: np.ndarray
) -> np.ndarray:
    """Return the OKS of (D, K, 3) detections with one object, (D,)."""
    truth = _read(annotation)
    there = truth[:, 2] > 0
    apart = found[..., :2] - truth[:, :2]
    if not there.any():  # how far they lie outside the box, enlarged by its size to all sides
        x, y, width, height = annotation.get('bbox') or [0, 0, 0, 0]
        low = np.array([x - width, y - height])
        high = np.array([x + 2 * width, y + 2 * height])
        apart = np.maximum(0, low - found[..., :2]) + np.maximum(0, found[..., :2] - high)
        there = ~there
    squares = apart[..., 0] ** 2 + apart[..., 1] ** 2
    error = squares / variances / (area + np.spacing(1)) / 2
    shared: np.ndarray = np.exp(-error[:, there]).sum(axis=1) / there.sum()
    return shared
