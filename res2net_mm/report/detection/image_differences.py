"""In which images two runs differ most: the one that makes fewer mistakes there is ahead.

A detector is used at one score threshold, so each run gets its own, that of its best F1 over all
images (IoU 0.50, all classes together). Of what is scored at least that, a mistake is an object
that nothing finds (missed) or a detection that finds nothing (false). The difference of an image
is the mistakes of the first run minus those of the second.
"""

from dataclasses import dataclass

import numpy as np

from res2net_mm.evaluation import Matches
from res2net_mm.evaluation.detection.matches import IGNORED, RIGHT, WRONG


@dataclass(frozen=True, eq=False)
class Mistakes:
    """Of one run, at its threshold.

    Attributes:
        threshold: Least score of the detections that count; infinite where none is worth it.
        outcome: (D,) RIGHT, WRONG or IGNORED; IGNORED for those below the threshold, too.
        found_by: (G,) the detection that finds each object, -1 for none.
        missed: (N,) objects missed in each image.
        false: (N,) false detections in each image.
    """

    threshold: float
    outcome: np.ndarray
    found_by: np.ndarray
    missed: np.ndarray
    false: np.ndarray

    @property
    def total(self) -> np.ndarray:
        """(N,) mistakes of each image."""
        return self.missed + self.false


def find_mistakes(matches: Matches) -> Mistakes:
    """Count the mistakes of every image at the run's own threshold."""
    threshold = best_threshold(matches)
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


def best_threshold(matches: Matches) -> float:
    """The least score to count detections from for the best F1 at IoU 0.50."""
    outcome = matches.outcomes()
    kept = np.flatnonzero(outcome != IGNORED)
    order = kept[np.argsort(-matches.found.score[kept], kind='stable')]
    score = matches.found.score[order]
    right = np.cumsum(outcome[order] == RIGHT)
    if not len(order) or not right[-1]:
        return float('inf')
    f1 = 2 * right / (np.arange(1, len(order) + 1) + matches.counts[0].sum())
    f1[:-1][score[1:] == score[:-1]] = 0  # equal scores count together
    return float(score[f1.argmax()])


def most_different(ahead: np.ndarray, count: int) -> list[int]:
    """Indices of the images that differ most: first those where b is ahead, then where a is.

    Either gets half of ``count``; less where it is ahead in fewer images.

    Args:
        ahead: (N,) by how much b is ahead of a in each image.
        count: How many images to name.
    """
    return [*_top(ahead, count - count // 2), *_top(-ahead, count // 2)]


def _top(ahead: np.ndarray, count: int) -> list[int]:
    order = np.argsort(-ahead, kind='stable')[:count]
    return [int(index) for index in order if ahead[index] > 0]


def found_by_one(matches: Matches, a: Mistakes, b: Mistakes, image: int) -> list[int]:
    """Objects of an image that only one of the runs finds, the smallest first."""
    one = (matches.truth.image == image) & matches.counts[0]
    one &= (a.found_by >= 0) != (b.found_by >= 0)
    return sorted(np.flatnonzero(one).tolist(), key=lambda index: matches.truth.area[index])
