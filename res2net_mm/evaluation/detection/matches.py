"""Which detection finds which object: what scores, curves and pictures are made from.

In a bin, objects outside it are ignored: they may be matched, but then the detection does not count
either. What a detection matches therefore differs between bins.

An array of matches is (A, T, C): A bins, T thresholds, C detections that overlap anything; a value
is the index of the object, or NOTHING or TAKEN.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from res2net_mm.evaluation.detection.objects import DetectionArrays, TruthArrays, place_in_run
from res2net_mm.evaluation.detection.overlaps import Pairs
from res2net_mm.evaluation.detection.protocols import Protocol
from res2net_mm.evaluation.size_bins import ALL, SizeBin, make_bins

NOTHING = -1
#: The best object was taken by a better detection, and a second choice is not allowed.
TAKEN = -2
RIGHT, WRONG, IGNORED = 1, 0, -1


def match(
    pairs: Pairs,
    truth: TruthArrays,
    found: DetectionArrays,
    ignored: np.ndarray,
    protocol: Protocol,
) -> tuple[np.ndarray, np.ndarray]:
    """Match detections to objects, the highest score first.

    ``ignored`` (A, G) bool says which objects are ignored in which bin.

    Returns:
        The detections that overlap anything, (C,) rising indices, and their matches, (A, T, C)
        int32.
    """
    rows, place = np.unique(pairs.found, return_inverse=True)
    if protocol.second_choice:
        return rows, _match_coco(pairs, place, rows, truth, found, ignored, protocol.ious)
    return rows, _match_voc(pairs, place, truth, ignored, protocol.ious)


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
    again = truth.ignored if truth.unlabelled is None else truth.ignored & ~truth.unlabelled
    for part in _rounds(pairs, place, rows, found):
        objects = pairs.truth[part]
        free = ~taken[:, :, objects] | again[objects]
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
    pairs: Pairs, place: np.ndarray, truth: TruthArrays, ignored: np.ndarray, ious: np.ndarray
) -> np.ndarray:
    """Match the object of largest IoU; a detection is wrong if a better one has taken it."""
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


@dataclass(frozen=True, eq=False)
class Matches:
    """Detections, objects and which detection found which; 20 bytes for a detection and bin.

    Columns are the bin of all objects and then the size bins; A of them, T IoU thresholds.

    Attributes:
        image_ids: Ids of the images; indices of images refer to it.
        image_areas: Their areas in px^2, nan where they are not known.
        columns: The bins, the one of all objects first.
        max_dets: Detections per image and category that count, in rising order.
        pairs: Which of them overlap by at least the lowest threshold.
        near: Pairs of all categories down to a lower IoU, for the kinds of errors.
        rows: (C,) indices of the detections in ``pairs``; all others match nothing.
        matched: (A, T, C) the object each of these matches, or ``NOTHING`` or ``TAKEN``.
    """

    protocol: Protocol
    image_ids: Sequence[Any]
    image_areas: np.ndarray
    categories: tuple[str, ...]
    columns: tuple[SizeBin, ...]
    max_dets: tuple[float, ...]
    truth: TruthArrays
    found: DetectionArrays
    pairs: Pairs
    near: Pairs | None = None
    rows: np.ndarray = field(init=False)
    matched: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        rows, matched = match(self.pairs, self.truth, self.found, ~self.counts, self.protocol)
        object.__setattr__(self, 'rows', rows)
        object.__setattr__(self, 'matched', matched)

    @cached_property
    def counts(self) -> np.ndarray:
        """Which objects count in which column, (A, G) bool."""
        truth = self.truth
        areas = self.image_areas[truth.image]
        return np.stack([~truth.ignored & c.holds(truth.area, areas) for c in self.columns])

    @cached_property
    def in_range(self) -> np.ndarray:
        """Which detections are of a size in which column, (A, D) bool."""
        areas = self.image_areas[self.found.image]
        return np.stack([column.holds(self.found.area, areas) for column in self.columns])

    @cached_property
    def row_outcomes(self) -> np.ndarray:
        """Outcome of each detection of ``rows``, (A, T, C) int8: RIGHT, WRONG or IGNORED."""
        counts = self.counts[np.arange(len(self.columns))[:, None, None], self.matched]
        by_size = np.where(self.in_range[:, None, self.rows], WRONG, IGNORED)
        outcomes = np.where(counts, RIGHT, IGNORED)
        outcomes = np.where(self.matched == NOTHING, by_size, outcomes).astype(np.int8)
        outcomes[self.matched == TAKEN] = WRONG
        return outcomes

    def outcomes(self, column: int = 0, threshold: int = 0) -> np.ndarray:
        """Return the outcome of every detection, (D,) int8: RIGHT, WRONG or IGNORED."""
        all_of_them = np.where(self.in_range[column], WRONG, IGNORED).astype(np.int8)
        all_of_them[self.rows] = self.row_outcomes[column, threshold]
        return all_of_them

    def found_by(self, column: int = 0, threshold: int = 0) -> np.ndarray:
        """Return the (G,) detection that found each object; ``NOTHING`` for ignored ones, too."""
        by = np.full(len(self.truth), NOTHING)
        right = self.row_outcomes[column, threshold] == RIGHT
        by[self.matched[column, threshold, right]] = self.rows[right]
        return by

    def in_bins(self, bins: Iterable, by: str = 'area') -> 'Matches':
        """Return the same in other size bins, from the same overlaps."""
        return replace(self, columns=(SizeBin(ALL), *make_bins(bins, by)))
