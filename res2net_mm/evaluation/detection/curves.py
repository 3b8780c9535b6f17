"""Precision against recall as events in segments, and the area under each curve.

Precision needs to be known only where recall rises, so that a curve is made of few *events*: right
detections, and whatever else a score has to put right. The events of one curve are a *segment* and
stand in order of falling score; all curves of a result lie one after the other in one array.
"""

import numpy as np


class Curves:
    """Curves in segments.

    Args:
        segment: (E,) segment of each event, rising.
        segments: Number of segments; some may have no event.
        levels: Recall levels at which precision is averaged; None for the area under the curve.
    """

    def __init__(self, segment: np.ndarray, segments: int, levels: np.ndarray | None):
        self.segment, self.segments, self.levels = segment, segments, levels
        self.opening = np.flatnonzero(np.diff(segment, prepend=-1))
        self.lengths = np.diff(self.opening, append=len(segment))
        self.filled = segment[self.opening]  # segments that have events

    def average(self, right: np.ndarray, precision: np.ndarray, total: np.ndarray) -> np.ndarray:
        """Return the average precision of each segment.

        Args:
            right: (E,) right detections up to each event.
            precision: (E,) precision there.
            total: (segments,) objects to find.
        """
        reached = self.reached(right / self.spread(np.maximum(total, 1)[self.filled]))
        gain = np.diff(reached, prepend=0)
        gain[self.opening] = reached[self.opening]
        return self.sum(gain * self.envelope(precision))

    def last(self, values: np.ndarray) -> np.ndarray:
        """Return the value of the last event of each segment, 0 without events."""
        found = np.zeros(self.segments)
        found[self.filled] = values[self.opening + self.lengths - 1]
        return found

    def running(self, steps: np.ndarray) -> np.ndarray:
        """Return running sums within each segment, int32."""
        sums = np.cumsum(steps, dtype=np.int32)
        return sums - self.spread(sums[self.opening] - steps[self.opening])

    def spread(self, values: np.ndarray) -> np.ndarray:
        """Repeat the value of each segment that has events for each of them."""
        return np.repeat(values, self.lengths)

    def envelope(self, precision: np.ndarray) -> np.ndarray:
        """Return the best precision at this or a later event of the segment."""
        # Lifted by 2 for every later segment, no precision reaches into the segment before.
        lift = -2.0 * self.segment
        return np.maximum.accumulate((precision + lift)[::-1])[::-1] - lift

    def reached(self, recall: np.ndarray) -> np.ndarray:
        """Return the part of the recall axis that lies behind each recall, 0..1."""
        if self.levels is None:
            return recall
        last = len(self.levels) - 1
        level = np.minimum((recall * last + 1e-6).astype(np.int64), last)
        return (level + (recall >= self.levels[level])) / len(self.levels)

    def sum(self, values: np.ndarray) -> np.ndarray:
        """Return the sum of the values of each segment."""
        return np.bincount(self.segment, values, minlength=self.segments)
