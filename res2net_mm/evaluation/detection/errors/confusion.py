"""Which class is taken for which, by object size.

At a score threshold, every object is found as its own class, or by a detection of another class
that finds no object of its own (IoU 0.50, the surest first), or missed. Any other detection has
found background; it counts by its own size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from res2net_mm.evaluation.detection.confidence.thresholds import best_threshold
from res2net_mm.evaluation.detection.matches import WRONG, Matches

# Beside the names of the classes, which may themselves be called so.
BACKGROUND, MISSED = '(background)', '(missed)'


@dataclass(frozen=True, eq=False)
class Confusion:
    """Confusion of K classes in A columns, that of all sizes first.

    Attributes:
        score: The threshold; infinite where no detection is right.
        classes: Names of the classes.
        counts: (A, K + 1, K + 1) by class of the object, the background last, and by class of the
            detection, missed last.
    """

    score: float
    classes: tuple[str, ...]
    counts: np.ndarray

    def to_dict(self, columns: Sequence[str]) -> dict[str, Any]:
        """Return plain JSON values: in each column class -> predicted class -> count above 0."""
        rows, predicted = (*self.classes, BACKGROUND), (*self.classes, MISSED)
        return {'score': self.score if np.isfinite(self.score) else None} | {
            column: {
                row: {predicted[p]: int(counts[r, p]) for p in np.flatnonzero(counts[r])}
                for r, row in enumerate(rows)
                if counts[r].any()
            }
            for column, counts in zip(columns, self.counts, strict=True)
        }

    def worst(self, column: int, most: int = 3) -> list[tuple[int, str, str]]:
        """Return count, class and predicted class of the most frequent confusions of classes."""
        counts = self.counts[column, :-1, :-1].copy()
        np.fill_diagonal(counts, 0)
        places = np.argsort(-counts, axis=None, kind='stable')[:most]
        rows, predicted = np.unravel_index(places, counts.shape)
        return [
            (int(counts[r, p]), self.classes[r], self.classes[p])
            for r, p in zip(rows, predicted, strict=True)
            if counts[r, p]
        ]


def confuse(matches: Matches) -> Confusion:
    """Count confusions at the score of the best F1 of all sizes.

    The matches carry the pairs of all classes (``near``).
    """
    truth, found, near = matches.truth, matches.found, matches.near
    assert near is not None, 'made by evaluate_by_size(errors=True)'
    classes, score = len(matches.categories), best_threshold(matches).score
    sure = found.score >= score
    by = matches.found_by()
    by[~np.append(sure, False)[by]] = -1
    wrong = sure & (matches.outcomes() == WRONG)
    free = matches.counts[0] & (by < 0)
    close = near.iou >= matches.protocol.ious[0]
    pairs = near.of(close & wrong[near.found] & free[near.truth])
    for place in np.lexsort((-pairs.iou, pairs.found, -found.score[pairs.found])):
        detection, thing = pairs.found[place], pairs.truth[place]
        if wrong[detection] and by[thing] < 0:
            by[thing], wrong[detection] = detection, False
    predicted = np.append(found.category, classes)[by]  # -1 is missed
    cells = truth.category.astype(np.int64) * (classes + 1) + predicted
    counts = np.zeros((len(matches.columns), classes + 1, classes + 1), dtype=np.int64)
    for column in range(len(counts)):
        of_column = np.bincount(cells[matches.counts[column]], minlength=classes * (classes + 1))
        counts[column, :-1] = of_column.reshape(classes, classes + 1)
        alarms = found.category[wrong & matches.in_range[column]]
        counts[column, -1, :-1] = np.bincount(alarms, minlength=classes)
    return Confusion(score, matches.categories, counts)
