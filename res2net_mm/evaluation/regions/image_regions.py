"""The regions of one image: ground truth, prediction and what they share."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from res2net_mm.errors import UserError

#: Tolerance of boundaries as a share of the image diagonal (Csurka et al., BMVC 2013).
TOLERANCE = 0.0075


@dataclass(frozen=True, eq=False)
class Connected:
    """The regions of one label map, 8 neighbours connected."""

    ids: np.ndarray  # (H, W) int32, the region of each pixel; -1 for none
    category: np.ndarray  # (R,) int32, the label of each region
    area: np.ndarray  # (R,) int32, px^2


@dataclass(frozen=True, eq=False)
class TruthRegions:
    """Ground-truth regions, arrays of (T,) int32."""

    category: np.ndarray  # index of the class
    area: np.ndarray  # number of pixels
    hit: np.ndarray  # pixels that are predicted as the class
    boundary: np.ndarray  # boundary pixels
    matched: np.ndarray  # boundary pixels that have a predicted one near


@dataclass(frozen=True, eq=False)
class FoundRegions:
    """Predicted regions, arrays of (F,) int32."""

    category: np.ndarray  # index of the class
    area: np.ndarray  # number of pixels, also where the ground truth is ignored
    false: np.ndarray  # pixels that are another class in the ground truth
    boundary: np.ndarray  # boundary pixels
    matched: np.ndarray  # boundary pixels that have one of the ground truth near


@dataclass(frozen=True, eq=False)
class Overlaps:
    """Pairs of regions of one class that share pixels, arrays of (P,) int32."""

    found: np.ndarray  # index of the predicted region
    truth: np.ndarray  # index of the ground-truth region
    pixels: np.ndarray  # number of shared pixels


@dataclass(frozen=True, eq=False)
class ImageRegions:
    """The regions of one image; its ``area`` in px^2."""

    area: int
    truth: TruthRegions
    found: FoundRegions
    overlaps: Overlaps


def check_tolerance(tolerance: float) -> float:
    """Return the tolerance of boundaries; raise UserError unless it is a share of a diagonal."""
    if not 0 < tolerance < 1:
        raise UserError(
            f'the tolerance of boundaries is a share of the image diagonal, between 0 and 1, got '
            f'{tolerance}'
        )
    return tolerance


def find_regions(
    truth: np.ndarray,
    predicted: np.ndarray,
    *,
    classes: int,
    ignore_index: int | None = 255,
    tolerance: float = TOLERANCE,
) -> ImageRegions:
    """Compare two label maps region by region.

    Args:
        truth: (H, W) integers, the ground truth. Labels that are no class and not ignored are in no
            region, but what is predicted there is false, as in mmseg.
        predicted: (H, W) integers.
        classes: Number of classes.
        ignore_index: Label of the ground truth to leave out; None for none.
        tolerance: Tolerance of the boundary, as a share of the image diagonal.

    Raises:
        ValueError: If the maps are not of one size.
    """
    if truth.shape != predicted.shape or truth.ndim != 2:
        sizes = f'{truth.shape}, {predicted.shape}'
        raise ValueError(f'two label maps of one size are needed, got {sizes}')
    counted = np.ones(truth.shape, bool) if ignore_index is None else truth != ignore_index
    nothing = classes  # the label of what is no class
    truth, predicted = _canonical(truth, classes), _canonical(predicted, classes)
    truth[~counted] = nothing
    of_truth = connected_regions(truth, classes)
    of_found = connected_regions(predicted, classes)  # they may reach through ignored pixels
    predicted[~counted] = nothing

    overlaps = _overlaps(of_found.ids, of_truth.ids, (truth == predicted) & (truth < nothing))
    truths, founds = len(of_truth.area), len(of_found.area)
    right = _sum(overlaps.pixels, overlaps.found, founds)
    true_edge = boundary(truth) & (truth < nothing)
    found_edge = boundary(predicted) & (predicted < nothing)
    reach = tolerance_px(truth.shape, tolerance)
    true_near = near(truth, true_edge, predicted, found_edge, reach)
    found_near = near(predicted, found_edge, truth, true_edge, reach)
    return ImageRegions(
        truth.size,
        TruthRegions(
            of_truth.category,
            of_truth.area,
            hit=_sum(overlaps.pixels, overlaps.truth, truths),
            boundary=_count(of_truth.ids[true_edge], truths),
            matched=_count(of_truth.ids[true_near], truths),
        ),
        FoundRegions(
            of_found.category,
            of_found.area,
            false=_count(of_found.ids[predicted < nothing], founds) - right,
            boundary=_count(of_found.ids[found_edge], founds),
            matched=_count(of_found.ids[found_near], founds),
        ),
        overlaps,
    )


def connected_regions(labels: np.ndarray, classes: int) -> Connected:
    """Find the regions of every class, by rising label, in (H, W) unsigned labels.

    Labels from ``classes`` on are no class and in no region.
    """
    ids = np.full(labels.shape, -1, np.int32)
    categories, areas = [np.zeros(0, np.int32)], [np.zeros(0, np.int32)]
    found = 0
    for label in np.flatnonzero(np.bincount(labels.ravel(), minlength=classes)[:classes]):
        mask = (labels == label).view(np.uint8)
        x, y, w, h = cv2.boundingRect(mask)
        window = slice(y, y + h), slice(x, x + w)
        count, parts, stats, _ = cv2.connectedComponentsWithStats(mask[window], connectivity=8)
        inside = parts > 0
        ids[window][inside] = parts[inside] + (found - 1)
        categories.append(np.full(count - 1, label, np.int32))
        areas.append(stats[1:, cv2.CC_STAT_AREA])
        found += count - 1
    return Connected(ids, np.concatenate(categories), np.concatenate(areas))


def boundary(labels: np.ndarray) -> np.ndarray:
    """Return which pixels have one of another label among their 4 neighbours, (H, W) bool."""
    edge = np.zeros(labels.shape, bool)
    for first, second in ((np.s_[:-1], np.s_[1:]), (np.s_[:, :-1], np.s_[:, 1:])):
        differs = labels[first] != labels[second]
        edge[first] |= differs
        edge[second] |= differs
    return edge


def tolerance_px(shape: tuple[int, int], tolerance: float = TOLERANCE) -> int:
    """Return the tolerance in an image of this height and width, in whole px, 1 or more."""
    return math.ceil(tolerance * math.hypot(*shape))


def near(
    labels: np.ndarray,
    edge: np.ndarray,
    other_labels: np.ndarray,
    other_edge: np.ndarray,
    reach: int,
) -> np.ndarray:
    """Return which boundary pixels have one of the same label near them in the other map.

    ``labels`` and the boundary pixels ``edge`` of both maps are (H, W), as is the result; ``reach``
    is the largest Euclidean distance in px.
    """
    from scipy.spatial import cKDTree  # a quarter of a second, which detectors need not wait

    found = edge & other_edge & (labels == other_labels)
    asked, others = np.argwhere(edge & ~found), np.argwhere(other_edge)
    of_asked, of_others = labels[tuple(asked.T)], other_labels[tuple(others.T)]
    for label in np.intersect1d(of_asked, of_others):
        points = asked[of_asked == label]
        tree = cKDTree(others[of_others == label], balanced_tree=False, compact_nodes=False)
        distance, _ = tree.query(points, distance_upper_bound=reach + 0.5)
        found[tuple(points[distance <= reach].T)] = True
    return found


def _canonical(labels: np.ndarray, classes: int) -> np.ndarray:
    """Return a compact copy in which every label that is no class is ``classes``."""
    known = (labels >= 0) & (labels < classes)
    return np.where(known, labels, classes).astype(np.uint8 if classes < 256 else np.uint16)


def _overlaps(found: np.ndarray, truth: np.ndarray, same: np.ndarray) -> Overlaps:
    truths = truth.max(initial=0) + 1
    key = np.where(same, found.astype(np.int64) * truths + truth, -1).ravel()
    # Neighbours mostly belong to one pair: sorting runs in place of pixels takes a tenth.
    starts = np.flatnonzero(np.diff(key, prepend=-2))
    pair, run = np.unique(key[starts], return_inverse=True)
    pixels = _sum(np.diff(starts, append=key.size), run, len(pair))
    there = pair >= 0
    of_found, of_truth = divmod(pair[there], truths)
    return Overlaps(of_found.astype(np.int32), of_truth.astype(np.int32), pixels[there])


def _count(ids: np.ndarray, regions: int) -> np.ndarray:
    return np.bincount(ids, minlength=regions).astype(np.int32)


def _sum(values: np.ndarray, ids: np.ndarray, regions: int) -> np.ndarray:
    # Floats hold whole numbers up to 2^53 exactly.
    return np.bincount(ids, values, minlength=regions).astype(np.int32)
