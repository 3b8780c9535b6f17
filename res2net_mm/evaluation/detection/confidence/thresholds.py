"""The score from which on a detector is at its best, in all sizes and in each.

A detector is used at one score threshold, or at one for each size: small objects get lower scores,
and a threshold that is right for large ones hides them. The best threshold of a bin is that of the
best F1 at the protocol's lowest IoU (0.50), all classes together. Detections without a match count
in the bin of their own size.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from res2net_mm.errors import UserError
from res2net_mm.evaluation.detection.matches import IGNORED, RIGHT, Matches
from res2net_mm.evaluation.size_bins import ALL, SizeBin, make_bins
from res2net_mm.formats.text_file import read_json


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


@dataclass(frozen=True)
class ScoreRule:
    """Which detections count: those of a least score, one for all sizes or one for each.

    Attributes:
        score: Least score of a detection, or of one whose size has none of its own.
        by_size: Bins with their least scores; the lowest decides where bins overlap.
    """

    score: float
    by_size: tuple[tuple[SizeBin, float], ...] = ()

    def keeps(self, scores: np.ndarray, areas: np.ndarray, image_area: float) -> np.ndarray:
        """Return which detections count, (D,) bool, by scores and areas in px^2."""
        least = np.full(len(scores), np.inf)
        image_areas = np.full(len(scores), image_area)
        for size_bin, score in self.by_size:
            inside = size_bin.holds(areas, image_areas)
            least[inside] = np.minimum(least[inside], score)
        return scores >= np.where(np.isinf(least), self.score, least)

    def __str__(self) -> str:
        sizes = ', '.join(f'{score:.2g} ({size_bin.name})' for size_bin, score in self.by_size)
        return sizes or f'{self.score:g}'


def rule_of(thresholds: Sequence[Mapping[str, Any]], *, by_size: bool, source: str) -> ScoreRule:
    """Return the rule of thresholds as ``Threshold.to_dict`` wrote them.

    ``source`` names where they are from in the error.

    Raises:
        UserError: If they are not such thresholds, or no detection was right.
    """
    try:
        scores = {entry['bin']: entry['score'] for entry in thresholds}
        sized = [entry for entry in thresholds if entry['bin'] != ALL]
        bins = make_bins(
            dict(name=e['bin'], low=e['limits'][0] or 0, high=e['limits'][1], by=e['by'])
            for e in sized
        )
        best = scores[ALL]
        pairs = [(b, float(e['score'])) for b, e in zip(bins, sized, strict=True) if e['score']]
    except (KeyError, TypeError, IndexError, ValueError) as error:
        raise UserError(f'{source} holds no score thresholds by size that can be read') from error
    if best is None:
        raise UserError(f'{source} holds no score threshold: no detection was right there')
    return ScoreRule(float(best), tuple(pairs) if by_size else ())


def read_thresholds(path: str | Path) -> list[dict[str, Any]]:
    """Read the thresholds from the scores by size of an evaluation (``ap_by_size.json``).

    Those of boxes are taken where it has both boxes and masks.

    Raises:
        UserError: If the file cannot be read or holds none.
    """
    content = read_json(path)
    results = content if isinstance(content, dict) else {}
    for result in (results.get('bbox'), results.get('segm')):
        if isinstance(result, dict) and isinstance(result.get('thresholds'), list):
            rule_of(result['thresholds'], by_size=True, source=str(path))
            return result['thresholds']
    raise UserError(
        f'{path} holds no score thresholds by size: it must be written by an evaluation of a '
        'detector (`res2net-mm test`, `res2net-mm eval-by-size --json`) with this version'
    )
