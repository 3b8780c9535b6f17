"""AP and recall from matches; again and again, with other weights on the images, if need be."""

from dataclasses import dataclass

import numpy as np

from res2net_mm.evaluation.matches import RIGHT, Matches


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores of A columns, T thresholds, K categories, M limits on detections; nan for no objects.

    Attributes:
        ap: (A, T, K)
        recall: (A, T, K, M)
        objects: (A, K) how many there are to find.
    """

    ap: np.ndarray
    recall: np.ndarray
    objects: np.ndarray


class AveragePrecision:
    """What AP needs of matches, sorted and counted once.

    Precision needs to be known only where recall rises: at right detections. How many detections
    count up to there is a running count of those of the bin's size, put right at the few that count
    although they are of another size, or do not count although they are of the bin's.

    An *event* is a right detection or one of those few. Events stand in order of column, threshold,
    category and falling score; those of one column, threshold and category are a *segment*.
    """

    def __init__(self, matches: Matches):
        self.matches = matches
        found, outcomes = matches.found, matches.row_outcomes
        self.shape = (*outcomes.shape[:2], len(matches.categories))  # A, T, K
        excess = (outcomes >= 0).astype(np.int8) - matches.in_range[:, None, matches.rows]
        a, t, c = np.nonzero((outcomes == RIGHT) | (excess != 0))
        row = matches.rows[c]
        self.right = outcomes[a, t, c] == RIGHT
        self.excess = excess[a, t, c].astype(np.int64)
        self.segment = (a * self.shape[1] + t) * self.shape[2] + found.category[row]
        self.opening = np.flatnonzero(np.diff(self.segment, prepend=-1))
        self.image = found.image[row]
        self.rank = found.rank[row]
        # Where an event and its category stand in the running counts of all detections, which have
        # a zero in front.
        first = np.searchsorted(found.category, np.arange(self.shape[2]))
        self.before = a * (len(found) + 1) + first[found.category[row]]
        self.until = a * (len(found) + 1) + row + 1

    def __call__(self, weights: np.ndarray | None = None) -> Scores:
        """Score, counting each image as often as ``weights``, (N,) int, says; None for once."""
        objects = self._objects(weights)
        total = np.repeat(objects[:, None], self.shape[1], axis=1).ravel()
        right, precision = self._curves(weights)
        recall = right / np.maximum(total, 1)[self.segment]
        reached = self._reached(recall)
        gain = np.diff(reached, prepend=0)
        gain[self.opening] = reached[self.opening]
        ap = self._sum(gain * self._envelope(precision))

        step = self.right if weights is None else self.right * weights[self.image]
        found = [self._sum(step * (self.rank < limit)) for limit in self.matches.max_dets]
        nothing = np.where(total > 0, 1.0, np.nan)
        return Scores(
            ap=(ap * nothing).reshape(self.shape),
            recall=np.stack([f / np.maximum(total, 1) * nothing for f in found], axis=-1).reshape(
                *self.shape, len(found)
            ),
            objects=objects,
        )

    def precision_at_recalls(self) -> np.ndarray:
        """Best precision at recall 0.00:0.01:1.00 or more, (A, T, K, 101); nan for no objects."""
        levels = np.linspace(0, 1, 101)
        total = np.repeat(self._objects(None)[:, None], self.shape[1], axis=1).ravel()
        right, precision = self._curves(None)
        envelope = self._envelope(precision)
        curves = np.where(total > 0, 0.0, np.nan)[:, None] * np.ones(len(levels))
        for start, end in zip(self.opening, [*self.opening[1:], len(right)], strict=True):
            segment = self.segment[start]
            if total[segment]:
                place = np.searchsorted(right[start:end] / total[segment], levels)
                reached = place < end - start
                curves[segment, reached] = envelope[start:end][place[reached]]
        return curves.reshape(*self.shape, len(levels))

    def _objects(self, weights: np.ndarray | None) -> np.ndarray:
        """(A, K) objects that count."""
        truth = self.matches.truth
        times = 1 if weights is None else weights[truth.image]
        return np.stack(
            [
                np.bincount(truth.category, counts * times, minlength=self.shape[2])
                for counts in self.matches.counts
            ]
        )[:, : self.shape[2]].astype(np.int64)

    def _curves(self, weights: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        """Right detections up to each event, and precision there."""
        found = self.matches.found
        counted = np.zeros((self.shape[0], len(found) + 1), dtype=np.int64)
        right, excess = self.right.astype(np.int64), self.excess
        if weights is None:
            np.cumsum(self.matches.in_range, axis=1, out=counted[:, 1:])
        else:
            times = self.matches.in_range * weights[found.image]
            np.cumsum(times, axis=1, out=counted[:, 1:])
            right, excess = right * weights[self.image], excess * weights[self.image]
        counted = counted.ravel()
        right, excess = self._running(right), self._running(excess)
        counts = counted[self.until] - counted[self.before] + excess
        return right, right / (counts + np.spacing(1))

    def _running(self, steps: np.ndarray) -> np.ndarray:
        """Running sum within each segment."""
        sums = np.cumsum(steps)
        lengths = np.diff(self.opening, append=len(steps))
        return sums - np.repeat(sums[self.opening] - steps[self.opening], lengths)

    def _envelope(self, precision: np.ndarray) -> np.ndarray:
        """The best precision at this or a later event of the segment."""
        # Lifted by 2 for every later segment, no precision reaches into the segment before.
        lift = -2.0 * self.segment
        return np.maximum.accumulate((precision + lift)[::-1])[::-1] - lift

    def _reached(self, recall: np.ndarray) -> np.ndarray:
        """Which part of the recall axis lies behind each event, 0..1."""
        levels = self.matches.protocol.recalls
        if levels is None:
            return recall
        last = len(levels) - 1
        level = np.minimum((recall * last + 1e-6).astype(np.int64), last)
        return (level + (recall >= levels[level])) / len(levels)

    def _sum(self, values: np.ndarray) -> np.ndarray:
        return np.bincount(self.segment, values, minlength=int(np.prod(self.shape)))
