"""The score from which on a detector is at its best, in all sizes and in each.

A detector is used at one score threshold, or at one for each size: small objects get lower scores,
and a threshold that is right for large ones hides them. The best threshold of a bin is that of the
best F1 at the protocol's lowest IoU (0.50), all classes together. Detections without a match count
in the bin of their own size.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from res2net_mm.evaluation.detection.matches import IGNORED, RIGHT, Matches
from res2net_mm.evaluation.size_bins import SizeBin


@dataclass(frozen=True)
class Threshold:
    """The score threshold of the best F1 in a bin."""

    size_bin: SizeBin
    score: float  # least score that counts; infinite where no detection is right
    f1: float
    precision: float
    recall: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values, null for no threshold."""
        score = self.score if np.isfinite(self.score) else None
        return {
            **self.size_bin.to_dict(),
            'score': score,
            'F1': self.f1,
            'precision': self.precision,
            'recall': self.recall,
        }


def best_threshold(matches: Matches, column: int = 0) -> Threshold:
    """Return the threshold of the best F1 in a column, by default that of all sizes."""
    size_bin, outcome = matches.columns[column], matches.outcomes(column)
    kept = np.flatnonzero(outcome != IGNORED)
    order = kept[np.argsort(-matches.found.score[kept], kind='stable')]
    score = matches.found.score[order]
    right = np.cumsum(outcome[order] == RIGHT)
    if not len(order) or not right[-1]:
        return Threshold(size_bin, float('inf'), 0.0, 0.0, 0.0)
    objects, found = matches.counts[column].sum(), np.arange(1, len(order) + 1)
    f1 = 2 * right / (found + objects)
    f1[:-1][score[1:] == score[:-1]] = 0  # equal scores count together
    at = f1.argmax()
    precision, recall = right[at] / found[at], right[at] / objects
    return Threshold(size_bin, *map(float, (score[at], f1[at], precision, recall)))


def thresholds_by_size(matches: Matches) -> list[Threshold]:
    """Return the best threshold of each size bin, then of all sizes."""
    return [best_threshold(matches, a) for a in (*range(1, len(matches.columns)), 0)]
