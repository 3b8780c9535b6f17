"""Everything an evaluation found, in arrays: what scores, curves and pictures are made from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from res2net_mm.evaluation.detection.matching import NOTHING, TAKEN, match
from res2net_mm.evaluation.detection.objects import DetectionArrays, TruthArrays
from res2net_mm.evaluation.detection.overlaps import Pairs
from res2net_mm.evaluation.detection.protocols import Protocol
from res2net_mm.evaluation.size_bins import ALL, SizeBin, make_bins

RIGHT, WRONG, IGNORED = 1, 0, -1


@dataclass(frozen=True, eq=False)
class Matches:
    """Detections, objects and which detection found which; 20 bytes for a detection and bin.

    Columns are the bin of all objects and then the size bins; A of them, T IoU thresholds.

    Attributes:
        protocol: The rules.
        image_ids: Ids of the images; indices of images refer to it.
        image_areas: Their areas in px^2, nan where they are not known.
        categories: Names of the categories.
        columns: The bins, the one of all objects first.
        max_dets: Detections per image and category that count, in rising order.
        truth: The objects.
        found: The detections.
        pairs: Which of them overlap by at least the lowest threshold.
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
    rows: np.ndarray = field(init=False)
    matched: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        rows, matched = match(
            self.pairs,
            self.truth,
            self.found,
            ~self.counts,
            self.protocol.ious,
            second_choice=self.protocol.second_choice,
        )
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
        outcomes = np.where(counts, RIGHT, IGNORED).astype(np.int8)
        by_size = np.where(self.in_range[:, None, self.rows], WRONG, IGNORED)
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
