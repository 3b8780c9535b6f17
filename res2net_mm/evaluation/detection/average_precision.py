"""Compute AP and recall from matches, with any weights on the images."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from res2net_mm.evaluation.detection.curves import Curves
from res2net_mm.evaluation.detection.matches import RIGHT, Matches
from res2net_mm.evaluation.result import ImageScores


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores in A columns, at T thresholds, of K categories and M limits; nan without objects."""

    ap: np.ndarray  # (A, T, K) average precision
    recall: np.ndarray  # (A, T, K, M)
    objects: np.ndarray  # (A, K) number of objects to find


@dataclass(frozen=True)
class Score:
    """One row of the size table."""

    name: str  # in tables, files and reports
    values: Callable[[Scores], np.ndarray]  # returns the (A, T, K) values whose mean the row is
    coco: str  # name of the value in MMDetection's CocoMetric
    voc: str  # name in its VOCMetric
    in_bins: bool = False  # whether it is a metric value in every size bin, too
    iou: float | None = None  # the one IoU threshold of the row; None for the mean over all

    def of(self, scores: Scores, ious: np.ndarray) -> np.ndarray:
        """Return the (A, T', K) values of the row; nan if the protocol lacks its IoU."""
        values = self.values(scores)
        if self.iou is None:
            return values
        at = np.flatnonzero(np.isclose(ious, self.iou))
        return values[:, at] if len(at) else np.full_like(values[:, :1], np.nan)


#: The rows of the size table. A row that is added here is scored, saved, drawn and compared.
SCORES = (
    Score('AP', lambda scores: scores.ap, 'mAP', 'mAP', in_bins=True),
    Score('AP50', lambda scores: scores.ap, 'mAP_50', 'AP50', iou=0.5),
    Score('AP75', lambda scores: scores.ap, 'mAP_75', 'AP75', iou=0.75),
    Score('AR', lambda scores: scores.recall[..., -1], 'AR', 'AR', in_bins=True),
)
SCORE_NAMES = tuple(score.name for score in SCORES)


class AveragePrecision(ImageScores):
    """Score matches; what does not depend on weights is sorted and counted once.

    Precision needs to be known only where recall rises: at right detections. How many detections
    count up to there is a running count of those of the bin's size, put right at the few that count
    although they are of another size, or do not count although they are of the bin's.

    An event is a right detection or one of those few. Events stand in order of column, threshold,
    category and falling score; those of one column, threshold and category are a segment.
    """

    names = SCORE_NAMES

    def __init__(self, matches: Matches):
        self.matches = matches
        self.columns, self.categories = matches.columns, matches.categories
        self.images = len(matches.image_ids)
        found, outcomes = matches.found, matches.row_outcomes
        self.shape = (*outcomes.shape[:2], len(matches.categories))  # A, T, K
        excess = (outcomes >= 0).astype(np.int8) - matches.in_range[:, None, matches.rows]
        a, t, c = np.nonzero((outcomes == RIGHT) | (excess != 0))
        row = matches.rows[c]
        self.right = (outcomes[a, t, c] == RIGHT).astype(np.int32)
        self.excess = excess[a, t, c].astype(np.int32)
        segment = (a * self.shape[1] + t) * self.shape[2] + found.category[row]
        self.curves = Curves(segment, int(np.prod(self.shape)), matches.protocol.recalls)
        self.image = found.image[row]
        self.rank = found.rank[row]
        # All detections of the first column's size, then all of the second's, and so on; and where
        # an event and the first of its category stand in a running count of them.
        sized = [np.flatnonzero(in_range) for in_range in matches.in_range]
        self.sized_image = found.image[np.concatenate(sized)]
        offsets = np.cumsum([0, *map(len, sized)])
        first = np.searchsorted(found.category, np.arange(self.shape[2]))
        firsts = np.stack(
            [o + np.searchsorted(s, first) for s, o in zip(sized, offsets[:-1], strict=True)]
        )
        self.before = firsts[a, found.category[row]][self.curves.opening]
        upto = np.cumsum(matches.in_range, axis=1, dtype=np.int32)
        self.until = offsets[a] + upto[a, row]

    def __call__(self, weights: np.ndarray | None = None, *, all_limits: bool = True) -> Scores:
        """Return the scores where images count as ``weights``, (N,) int32, say; None for once.

        Recall is of all limits on detections, or only of the last.
        """
        objects = self.class_objects(weights)
        total = np.repeat(objects[:, None], self.shape[1], axis=1).ravel()
        right, precision = self._curves(weights)
        ap = self.curves.average(right, precision, total)
        found = self.curves.last(right)[None]
        if all_limits:
            step = self.right if weights is None else self.right * weights[self.image]
            limits = self.matches.max_dets[:-1]
            found = np.stack([*(self.curves.sum(step * (self.rank < n)) for n in limits), *found])
        nothing = np.where(total > 0, 1.0, np.nan)
        return Scores(
            ap=(ap * nothing).reshape(self.shape),
            recall=(found / np.maximum(total, 1) * nothing).T.reshape(*self.shape, len(found)),
            objects=objects,
        )

    def class_scores(self, weights: np.ndarray | None = None) -> np.ndarray:
        ious, per_draw = self.matches.protocol.ious, []
        for of_images in [None] if weights is None else weights:
            scores = self(of_images, all_limits=False)
            per_draw.append([score.of(scores, ious).mean(axis=1) for score in SCORES])
        return np.array(per_draw)

    def precision_at_recalls(self) -> np.ndarray:
        """Return the best precision at recall 0.00:0.01:1.00 or more, (A, T, K, 101).

        A category without objects has nan.
        """
        levels = np.linspace(0, 1, 101)
        total = np.repeat(self.class_objects()[:, None], self.shape[1], axis=1).ravel()
        right, precision = self._curves(None)
        envelope = self.curves.envelope(precision)
        curves = np.where(total > 0, 0.0, np.nan)[:, None] * np.ones(len(levels))
        opening = self.curves.opening
        for start, end in zip(opening, opening + self.curves.lengths, strict=True):
            segment = self.curves.segment[start]
            if total[segment]:
                place = np.searchsorted(right[start:end] / total[segment], levels)
                reached = place < end - start
                curves[segment, reached] = envelope[start:end][place[reached]]
        return curves.reshape(*self.shape, len(levels))

    def class_objects(self, weights: np.ndarray | None = None) -> np.ndarray:
        return count_objects(self.matches, self.matches.counts, weights)

    def _curves(self, weights: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        """Return the right detections up to each event, and the precision there."""
        if weights is None:
            weights = np.ones(len(self.matches.image_ids), dtype=np.int32)
        counted = np.zeros(len(self.sized_image) + 1, dtype=np.int32)
        np.cumsum(weights[self.sized_image], out=counted[1:])
        of_event = weights[self.image]
        right = self.curves.running(self.right * of_event)
        counts = counted[self.until] - self.curves.spread(counted[self.before])
        counts += self.curves.running(self.excess * of_event)
        return right, right / (counts + np.spacing(1))


def count_objects(
    matches: Matches, which: np.ndarray, weights: np.ndarray | None = None
) -> np.ndarray:
    """Return the (..., K) numbers of the objects ``which`` (..., G), as their images count."""
    truth, classes = matches.truth, len(matches.categories)
    times = 1 if weights is None else weights[truth.image]
    rows = which.reshape(int(np.prod(which.shape[:-1])), len(truth))
    counts = [np.bincount(truth.category, row * times, minlength=classes)[:classes] for row in rows]
    return np.array(counts).astype(np.int64).reshape(*which.shape[:-1], classes)
