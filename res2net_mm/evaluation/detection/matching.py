"""Which detection finds which object, at every IoU threshold and in every size bin.

In a bin, objects outside it are ignored: they may be matched, but then the detection does not count
either. What a detection matches therefore differs between bins.

An array of matches is (A, T, C): A bins, T thresholds, C detections that overlap anything; a value
is the index of the object, or NOTHING.
"""

from collections.abc import Iterator

import numpy as np

from res2net_mm.evaluation.detection.objects import DetectionArrays, TruthArrays, place_in_run
from res2net_mm.evaluation.detection.overlaps import Pairs

NOTHING = -1
#: The best object was taken by a better detection, and a second choice is not allowed.
TAKEN = -2


def match(
    pairs: Pairs,
    truth: TruthArrays,
    found: DetectionArrays,
    ignored: np.ndarray,
    ious: np.ndarray,
    *,
    second_choice: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """Match detections to objects, the highest score first.

    Args:
        pairs: Overlapping pairs of ``found`` and ``truth``.
        truth: The objects.
        found: The detections.
        ignored: (A, G) bool, which objects are ignored in which bin.
        ious: (T,) thresholds.
        second_choice: Whether a detection may match another object where its best is taken.

    Returns:
        The detections that overlap anything, (C,) rising indices, and their matches, (A, T, C)
        int32.
    """
    rows, place = np.unique(pairs.found, return_inverse=True)
    if not second_choice:
        return rows, _match_voc(pairs, place, truth, ignored, ious)
    return rows, _match_coco(pairs, place, rows, truth, found, ignored, ious)


def _match_coco(
    pairs: Pairs,
    place: np.ndarray,
    rows: np.ndarray,
    truth: TruthArrays,
    found: DetectionArrays,
    ignored: np.ndarray,
    ious: np.ndarray,
) -> np.ndarray:
    """Match the object of largest IoU among those still free, one that counts before others.

    Detections of different images or categories do not compete. So all best detections are
    matched at once, then all second best, and so on.
    """
    matched = np.full((len(ignored), len(ious), len(rows)), NOTHING, dtype=np.int32)
    taken = np.zeros((len(ignored), len(ious), len(truth)), dtype=bool)
    least = np.minimum(ious, 1 - 1e-10)[:, None]
    for part in _rounds(pairs, place, rows, found):
        objects = pairs.truth[part]
        free = ~taken[:, :, objects] | truth.ignored[objects]
        fits = free & (pairs.iou[part] >= least)
        # The pairs of a detection stand in rising order of IoU (among equals the later object is
        # better), so the place in the order says which is best.
        better = np.arange(1, len(part) + 1, dtype=np.int32)
        preferred = better + np.where(ignored[:, None, objects], 0, len(part)).astype(np.int32)
        starts = np.flatnonzero(place_in_run(place[part]) == 0)
        best = np.maximum.reduceat(np.where(fits, preferred, 0), starts, axis=2)
        a, t, which = np.nonzero(best)
        chosen = objects[(best[a, t, which] - 1) % len(part)]
        matched[a, t, place[part][starts[which]]] = chosen
        taken[a, t, chosen] = True
    # pycocotools marks a match by the object's id, so that a match with the id 0 is none.
    a = np.arange(len(ignored))[:, None, None]
    lost = (matched >= 0) & truth.uncountable[matched] & ~ignored[a, matched]
    matched[lost] = NOTHING
    return matched


def _rounds(
    pairs: Pairs, place: np.ndarray, rows: np.ndarray, found: DetectionArrays
) -> Iterator[np.ndarray]:
    """Yield indices of the pairs of all best detections, of all second best, and so on."""
    groups = np.lexsort((rows, found.image[rows], found.category[rows]))
    turn = np.empty(len(rows), dtype=np.int64)
    turn[groups] = place_in_run(found.category[rows][groups], found.image[rows][groups])
    turn = turn[place]
    order = np.lexsort((pairs.truth, pairs.iou, place, turn))
    return (part for part in np.split(order, np.cumsum(np.bincount(turn))[:-1]) if len(part))


def _match_voc(
    pairs: Pairs,
    place: np.ndarray,
    truth: TruthArrays,
    ignored: np.ndarray,
    ious: np.ndarray,
) -> np.ndarray:
    """Match the object of largest IoU; a detection is wrong if a better one has it already."""
    # Among equals the first that counts, then the first.
    order = np.lexsort((pairs.truth, truth.ignored[pairs.truth], -pairs.iou, place))
    best = order[place_in_run(place[order]) == 0]
    objects, overlap = pairs.truth[best], pairs.iou[best]
    matched = np.empty((len(ignored), len(ious), len(best)), dtype=np.int32)
    for t, iou in enumerate(ious):
        close = np.flatnonzero(overlap >= iou)
        # Rows rise with falling score, so the first row that has an object keeps it.
        _, first = np.unique(objects[close], return_index=True)
        later = np.setdiff1d(close, close[first])
        matched[:, t] = NOTHING
        matched[:, t, close] = objects[close]
        matched[:, t, later] = np.where(ignored[:, objects[later]], objects[later], TAKEN)
    return matched
