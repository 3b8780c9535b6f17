"""Whether scores are true, by size, and scores made true.

The detections of a bin with a score of ``LEAST_SCORE`` or more form ten groups by score. In a group
of a calibrated detector the share of right detections (at IoU 0.50) is their mean score. The
expected calibration error (ECE) of a bin is the mean distance between the two, weighted by
detections.

A calibration by size is a rising curve for each bin (isotonic regression): the share of right
detections of the bin by their score. At its use only the detection's own size is known.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression

from res2net_mm.evaluation.detection.matches import IGNORED, RIGHT, Matches

GROUPS = 10
LEAST_SCORE = 0.05  # least score that MMDetection's detectors keep; nobody uses lower ones
ENOUGH = 50  # detections that a bin needs for a curve of its own

Curve = tuple[np.ndarray, np.ndarray]  # scores, rising, and the shares of right detections there


@dataclass(frozen=True, eq=False)
class Calibration:
    """Calibration of one run in A columns: the size bins, then all objects."""

    score: np.ndarray  # (A, GROUPS) mean score of the detections of a group; nan for none
    right: np.ndarray  # (A, GROUPS) share of right detections; nan for none
    count: np.ndarray  # (A, GROUPS) number of detections

    @property
    def error(self) -> np.ndarray:
        """(A,) expected calibration error in 0..1; nan without detections."""
        apart = np.where(self.count > 0, np.abs(self.score - self.right), 0)
        total = self.count.sum(axis=1)
        mean = (apart * self.count).sum(axis=1) / np.maximum(total, 1)
        return np.where(total > 0, mean, np.nan)


def calibrate(matches: Matches, scores: np.ndarray | None = None) -> Calibration:
    """Return how scores agree with the share of right detections at IoU 0.50, by size.

    ``scores`` (D,) take the place of those of the detections, nan for those to leave out.
    """
    left_out = matches.found.score < LEAST_SCORE
    scores = matches.found.score if scores is None else scores
    left_out |= np.isnan(scores)
    scores = np.where(left_out, 0, scores)
    group = np.clip((scores * GROUPS).astype(int), 0, GROUPS - 1)
    columns = [*range(1, len(matches.columns)), 0]
    sums = np.zeros((3, len(columns), GROUPS))
    for place, column in enumerate(columns):
        outcome = matches.outcomes(column)
        kept = (outcome != IGNORED) & ~left_out
        for row, values in enumerate((np.ones(len(scores)), scores, outcome == RIGHT)):
            sums[row, place] = np.bincount(group[kept], values[kept], minlength=GROUPS)
    count = sums[0]
    score, right = np.where(count > 0, sums[1:], np.nan) / np.maximum(count, 1)
    return Calibration(score, right, count.astype(int))


def fit_curves(matches: Matches, images: np.ndarray) -> list[Curve]:
    """Return the curve of each column, that of all sizes first, fitted on some images, (N,) bool.

    A bin with fewer than ``ENOUGH`` detections there gets the curve of all sizes.
    """
    curves: list[Curve] = []
    for column in range(len(matches.columns)):
        outcome = matches.outcomes(column)
        kept = (outcome != IGNORED) & images[matches.found.image]
        kept &= matches.found.score >= LEAST_SCORE
        if column and kept.sum() < ENOUGH:
            curves.append(curves[0])
            continue
        score, group = np.unique(matches.found.score[kept], return_inverse=True)
        count = np.bincount(group, minlength=len(score))
        right = np.bincount(group, outcome[kept] == RIGHT, minlength=len(score))
        share = right / np.maximum(count, 1)
        curves.append((score, isotonic_regression(share, weights=count).x if len(score) else share))
    return curves


def calibrated_scores(matches: Matches, curves: Sequence[Curve]) -> np.ndarray:
    """Return the scores of all detections, (D,), by the curve of the bin of their own size."""
    scores = matches.found.score
    made = np.interp(scores, *curves[0]) if len(curves[0][0]) else scores.copy()
    for column in range(1, len(matches.columns)):
        inside = matches.in_range[column]
        if len(curves[column][0]):
            made[inside] = np.interp(scores[inside], *curves[column])
    return made


def held_out(matches: Matches, seed: int = 0) -> tuple[Calibration, Calibration]:
    """Return the calibration of all scores as they are, and made true on images not seen.

    Curves are fitted on a half of the images, drawn by chance, and used on the other, and the other
    way round.
    """
    images = len(matches.image_ids)
    half = np.random.default_rng(seed).permutation(images) < images // 2
    scores = np.full(len(matches.found), np.nan)
    for fitted in (half, ~half):
        made = calibrated_scores(matches, fit_curves(matches, fitted))
        used = ~fitted[matches.found.image]
        scores[used] = made[used]
    return calibrate(matches), calibrate(matches, scores)
