"""The mistakes of a run in every image: objects that it misses and false detections.

A detector is used at one score threshold, so each run has its own, that of its best F1 over all
images (IoU 0.50, all classes together). Among the detections with this score or more, a mistake is
an object that no detection finds (missed) or a detection that finds no object (false).
"""

from dataclasses import dataclass

import numpy as np

from res2net_mm.evaluation import Matches
from res2net_mm.evaluation.detection.confidence.thresholds import best_threshold
from res2net_mm.evaluation.detection.matches import IGNORED, RIGHT, WRONG


@dataclass(frozen=True, eq=False)
class Mistakes:
    """Mistakes of one run at its threshold."""

    threshold: float  # least score that counts; infinite where no detection is right
    outcome: np.ndarray  # (D,) RIGHT, WRONG or IGNORED; IGNORED below the threshold, too
    found_by: np.ndarray  # (G,) the detection that finds each object, -1 for none
    missed: np.ndarray  # (N,) objects missed in each image
    false: np.ndarray  # (N,) false detections in each image

    @property
    def total(self) -> np.ndarray:
        """(N,) mistakes of each image."""
        return self.missed + self.false


def find_mistakes(matches: Matches) -> Mistakes:
    """Count the mistakes of every image at the run's own threshold."""
    threshold = best_threshold(matches).score
    outcome = matches.outcomes()
    outcome[matches.found.score < threshold] = IGNORED
    found_by = matches.found_by()
    found = np.flatnonzero(found_by >= 0)
    found_by[found[outcome[found_by[found]] != RIGHT]] = -1
    images = len(matches.image_ids)
    missed = matches.counts[0] & (found_by < 0)
    return Mistakes(
        threshold,
        outcome,
        found_by,
        np.bincount(matches.truth.image[missed], minlength=images),
        np.bincount(matches.found.image[outcome == WRONG], minlength=images),
    )


def found_by_one(matches: Matches, a: Mistakes, b: Mistakes, image: int) -> list[int]:
    """Return the objects of an image that only one of two runs finds, the smallest first."""
    one = (matches.truth.image == image) & matches.counts[0]
    one &= (a.found_by >= 0) != (b.found_by >= 0)
    return sorted(np.flatnonzero(one).tolist(), key=lambda index: matches.truth.area[index])
