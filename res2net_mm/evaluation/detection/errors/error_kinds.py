"""The kind of every error, by TIDE's definitions, in every size bin.

A detection without a match is of the first kind that fits, where ``least`` is 0.1 and ``most`` the
IoU of a match, 0.5:

1. localisation: the best IoU with an object of its class is from ``least`` to ``most``
2. class: the best IoU with an object of another class is ``most`` or more
3. duplicate: the IoU with an object of its class that is found already is ``most`` or more
4. background: no IoU with any object is above ``least``
5. both: anything else, localised badly and of another class

An object without a match is missed unless a localisation or class error would find it if mended.
Crowds and difficult objects are no objects here, as in TIDE.

In a bin this is done with the matches of the bin. A detection without a match counts against the
bin of its own size, as in COCO, whatever it overlaps. Mended, a localisation or class error finds
its object in the bin of the object, be the detection itself of that size or not.
"""

from dataclasses import dataclass

import numpy as np

from res2net_mm.evaluation.detection.matches import WRONG, Matches
from res2net_mm.evaluation.detection.overlaps import Pairs

#: Kinds of errors; all but the last are of detections, the last is of objects.
KINDS = ('class', 'localisation', 'both', 'duplicate', 'background', 'missed')
CLASS, LOCALISATION, BOTH, DUPLICATE, BACKGROUND, MISSED = range(6)
NO_ERROR = -1
LEAST_IOU = 0.1  # TIDE's background threshold


@dataclass(frozen=True, eq=False)
class Errors:
    """Errors at the protocol's lowest IoU in A columns, of D detections and G objects."""

    kind: np.ndarray  # (A, D) int8 kind of each error, else NO_ERROR
    wrong: np.ndarray  # (A, D) bool, whether it counts against the column's precision
    mended: np.ndarray  # (A, D) bool, whether it would find ``about`` if it were mended
    missed: np.ndarray  # (A, G) bool
    about: np.ndarray  # (D,) object that a class, localisation or duplicate error is about, or -1
    own: np.ndarray  # (D,) object of the best IoU with its class, -1 for none
    own_iou: np.ndarray  # (D,) that IoU; 0 where it is below LEAST_IOU
    iou: np.ndarray  # (D,) best IoU with an object of any class, likewise

    def counts(self, column: int) -> list[int]:
        """Return the number of errors of each kind in a column."""
        kind = self.kind[column]
        of_detections = np.bincount(kind[kind != NO_ERROR], minlength=MISSED)
        return [*of_detections.tolist(), int(self.missed[column].sum())]


def find_errors(matches: Matches) -> Errors:
    """Find the errors of matches that carry the pairs of all classes (``near``)."""
    truth, found, near = matches.truth, matches.found, matches.near
    assert near is not None, 'made by evaluate_by_size(errors=True)'
    most = matches.protocol.ious[0]
    real = ~truth.ignored[near.truth]
    same = truth.category[near.truth] == found.category[near.found]
    own_iou, own = _best(near, real & same, len(found))
    other_iou, other = _best(near, real & ~same, len(found))
    close = real & same & (near.iou >= most)
    is_localisation = (own_iou >= LEAST_IOU) & (own_iou <= most)
    is_class = ~is_localisation & (other_iou >= most)
    background = np.maximum(own_iou, other_iou) <= LEAST_IOU
    about = np.where(is_class, other, np.where(own_iou >= LEAST_IOU, own, -1))

    columns = len(matches.columns)
    kind = np.full((columns, len(found)), NO_ERROR, dtype=np.int8)
    wrong = np.zeros(kind.shape, dtype=bool)
    mended = np.zeros(kind.shape, dtype=bool)
    missed = np.zeros((columns, len(truth)), dtype=bool)
    for column in range(columns):
        matched = matches.matched[column, 0]
        finds = (matched >= 0) & ~truth.ignored[matched]
        used = np.zeros(len(truth), dtype=bool)
        used[matched[finds]] = True
        free = np.ones(len(found), dtype=bool)
        free[matches.rows[finds]] = False
        duplicate = np.zeros(len(found), dtype=bool)
        duplicate[near.found[close & used[near.truth]]] = True
        of_kind = np.select(
            [is_localisation, is_class, duplicate, background],
            [LOCALISATION, CLASS, DUPLICATE, BACKGROUND],
            BOTH,
        )
        wrong[column] = matches.outcomes(column) == WRONG
        open_object = matches.counts[column] & ~used
        mendable = free & (is_localisation | is_class) & np.append(open_object, False)[about]
        kind[column] = np.where(free & (wrong[column] | mendable), of_kind, NO_ERROR)
        candidates = np.flatnonzero(mendable)
        # The surest detection of an object is mended; others of the object are left out.
        surest = np.lexsort((found.source[candidates], -found.score[candidates]))
        objects, first = np.unique(about[candidates[surest]], return_index=True)
        mended[column, candidates[surest[first]]] = True
        missed[column] = open_object
        missed[column, objects] = False
    return Errors(kind, wrong, mended, missed, about, own, own_iou, np.maximum(own_iou, other_iou))


def _best(pairs: Pairs, which: np.ndarray, detections: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the best IoU of each detection and its object; 0 and -1 where it has no pair."""
    of_found, of_truth, iou = pairs.found[which], pairs.truth[which], pairs.iou[which]
    order = np.lexsort((-of_truth, iou))  # the first of equals comes last, and stays
    best, objects = np.zeros(detections), np.full(detections, -1)
    best[of_found[order]] = iou[order]
    objects[of_found[order]] = of_truth[order]
    return best, objects
