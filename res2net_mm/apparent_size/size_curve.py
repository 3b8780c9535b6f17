"""A detector's scores against apparent size, and the range of sizes at which they are flat."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from res2net_mm.evaluation.bootstrap import class_mean, draw_scores, intervals_of
from res2net_mm.evaluation.detection.average_precision import SCORE_NAMES, AveragePrecision
from res2net_mm.evaluation.detection.matches import Matches
from res2net_mm.evaluation.size_bins import SizeBin
from res2net_mm.report.by_size.verdict import ENOUGH
from res2net_mm.tables import align, interval_text, percent

from .pooling import PooledScores

FLAT = 0.95  # share of the best score down to which the curve is flat
DRAWN = ('AP', 'AR')  # scores that have a flat range


@dataclass(frozen=True)
class FlatRange:
    """The sizes around the best one at which a score is within 5 % of it.

    Attributes:
        best: The best score, 0..1.
        low: Lower end in px of the network's input, an edge of a bin.
        high: Upper end.
        interval: Ends of the interval of ``octaves``; None without resampling.
    """

    best: float
    low: float
    high: float
    interval: tuple[float, float] | None = None

    @property
    def octaves(self) -> float:
        """The width of the range: how often its size doubles."""
        return math.log2(self.high / self.low)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            'best': self.best,
            'low_px': self.low,
            'high_px': self.high,
            'octaves': self.octaves,
            'octaves_interval': None if self.interval is None else list(self.interval),
        }


@dataclass(frozen=True, eq=False)
class SizeCurve:
    """The scores of one detector in C bins of apparent size.

    Attributes:
        name: Of the detector.
        bins: C bins, by side in px of the network's input.
        objects: (C,) different objects that were seen at a size in the bin, at any zoom.
        scores: (S, C) the scores ``SCORE_NAMES``, 0..1, nan without objects.
        intervals: (2, S, C) their ends.
        against_first: (3, S, C) difference from the first detector and the ends of its interval;
            None for the first.
        flat: Flat range of each of ``DRAWN``; without those that have too few objects.
    """

    name: str
    bins: tuple[SizeBin, ...]
    objects: np.ndarray
    scores: np.ndarray
    intervals: np.ndarray
    against_first: np.ndarray | None
    flat: Mapping[str, FlatRange]

    @property
    def enough(self) -> np.ndarray:
        """(C,) whether a bin has enough objects for a score to say something."""
        return self.objects >= ENOUGH

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values: scores in 0..1, null where a bin has no object."""
        bins = []
        for c, size_bin in enumerate(self.bins):
            entry: dict[str, Any] = {'bin': size_bin.name, 'low_px': size_bin.low}
            entry |= {'high_px': size_bin.high, 'objects': int(self.objects[c]), 'intervals': {}}
            for s, score in enumerate(SCORE_NAMES):
                entry[score] = _number(self.scores[s, c])
                if not np.isnan(self.intervals[:, s, c]).any():
                    entry['intervals'][score] = self.intervals[:, s, c].tolist()
                if (
                    self.against_first is not None
                    and not np.isnan(self.against_first[:, s, c]).any()
                ):
                    gain, low, high = self.against_first[:, s, c].tolist()
                    entry.setdefault('against_first', {})[score] = {
                        'difference': gain,
                        'interval': [low, high],
                    }
            bins.append(entry)
        flat = {score: found.to_dict() for score, found in self.flat.items()}
        return {'name': self.name, 'bins': bins, 'flat_range': flat}


def draw_size_curves(
    pooled: Mapping[str, Matches],
    views: Mapping[str, int],
    *,
    resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
    progress: bool = False,
) -> list[SizeCurve]:
    """Score detectors by apparent size, under the same draws of the images of their test set.

    Args:
        pooled: The pooled matches of each detector by its name, all in the same bins.
        views: How many zooms were pooled of each.
        resamples: How many times images are drawn; 0 for no intervals.
        seed: Seed of the draws.
        level: Probability that an interval covers.
        progress: Whether to show progress.
    """
    runs = [PooledScores(AveragePrecision(m), views[name]) for name, m in pooled.items()]
    plain = np.concatenate([run.class_scores() for run in runs])  # (R, S, C, K)
    scores = class_mean(plain)[..., 1:]  # without the column of all sizes
    drawn = None
    if resamples:
        every = draw_scores(runs, resamples=resamples, seed=seed, level=level, progress=progress)
        drawn = class_mean(every)[..., 1:]  # (R, B, S, C)
    curves = []
    for r, (name, matches) in enumerate(pooled.items()):
        objects = _different_objects(matches)
        ends = np.full((2, *scores[r].shape), np.nan)
        against = None
        if drawn is not None:
            ends = np.clip(intervals_of(drawn[r], scores[r], level), 0, 1)
        if r and drawn is not None:
            gain = scores[r] - scores[0]
            against = np.stack([gain, *intervals_of(drawn[r] - drawn[0], gain, level)])
        bins = matches.columns[1:]
        of_draws = None if drawn is None else drawn[r]
        flat = {
            score: found
            for s, score in enumerate(SCORE_NAMES)
            if score in DRAWN
            and (
                found := find_flat_range(
                    bins,
                    scores[r, s],
                    objects >= ENOUGH,
                    None if of_draws is None else of_draws[:, s],
                    level,
                )
            )
        }
        curves.append(SizeCurve(name, bins, objects, scores[r], ends, against, flat))
    return curves


def find_flat_range(
    bins: Sequence[SizeBin],
    scores: np.ndarray,
    enough: np.ndarray,
    drawn: np.ndarray | None = None,
    level: float = 0.95,
) -> FlatRange | None:
    """Return the run of bins around the best whose scores are within 5 % of it.

    Args:
        bins: C bins in rising order.
        scores: (C,) scores.
        enough: (C,) whether a bin has enough objects; others end the range.
        drawn: (B, C) scores of draws, for the interval of its width.
        level: Probability that the interval covers.

    Returns:
        The range; None where no bin with enough objects has a score above zero.
    """
    ends = _flat_bins(scores, enough)
    if ends is None:
        return None
    first, last = ends
    interval = None
    if drawn is not None:
        widths = [
            math.log2(bins[of[1]].high / bins[of[0]].low)
            for draw in drawn
            if (of := _flat_bins(draw, enough)) is not None
        ]
        tail = (1 - level) / 2
        low, high = np.quantile(widths, [tail, 1 - tail]).tolist() if widths else (0.0, 0.0)
        interval = low, high
    return FlatRange(
        float(scores[first : last + 1].max()), bins[first].low, bins[last].high, interval
    )


def curve_table(curves: Sequence[SizeCurve], level: float = 0.95) -> str:
    """Return the scores (in %) by apparent size as text, and the flat ranges."""
    bins = curves[0].bins
    rows = [['', *(size_bin.name for size_bin in bins)]]
    for curve in curves:
        many = len(curves) > 1
        for score in DRAWN:
            s = SCORE_NAMES.index(score)
            title = f'{curve.name} {score}' if many else score
            rows.append([title, *(percent(_number(v), '-') for v in curve.scores[s])])
            if not np.isnan(curve.intervals).all():
                ends = curve.intervals[:, s].T
                cells = (None if np.isnan(e).any() else (e[0], e[1]) for e in ends)
                rows.append([f'  {100 * level:g} %', *map(interval_text, cells)])
        title = f'{curve.name} objects' if many else 'objects'
        rows.append([title, *(str(n) for n in curve.objects)])
    head = (
        "AP and AR in % by apparent size: square root of the area in px of the network's input, "
        'all zooms together'
    )
    return '\n'.join([head, *align(rows), *(line for c in curves for line in flat_lines(c, level))])


def flat_lines(curve: SizeCurve, level: float = 0.95) -> list[str]:
    """Return a sentence on the flat range of each score."""
    lines = []
    for score in DRAWN:
        found = curve.flat.get(score)
        if found is None:
            lines.append(
                f'{curve.name}: no flat range of {score}: no size has {ENOUGH} objects and a score '
                'above 0'
            )
            continue
        ends = ''
        if found.interval is not None:
            ends = (
                f', {100 * level:g} % interval {found.interval[0]:.1f} to {found.interval[1]:.1f}'
            )
        lines.append(
            f'{curve.name}: {score} is within 5 % of its best ({100 * found.best:.1f}) from '
            f'{found.low:g} to {found.high:g} px: {found.octaves:.1f} octaves{ends}'
        )
    return lines


def _flat_bins(scores: np.ndarray, enough: np.ndarray) -> tuple[int, int] | None:
    """Return the first and the last bin of the flat range."""
    usable = np.where(enough & ~np.isnan(scores), scores, -1.0)
    best = int(usable.argmax())
    if not usable[best] > 0:
        return None
    flat = usable >= FLAT * usable[best]
    first = last = best
    while first > 0 and flat[first - 1]:
        first -= 1
    while last + 1 < len(flat) and flat[last + 1]:
        last += 1
    return first, last


def _different_objects(matches: Matches) -> np.ndarray:
    """Return how many different objects lie in each bin, at whichever zoom, (C,)."""
    source = matches.truth.source
    return np.array([len(np.unique(source[counts])) for counts in matches.counts[1:]])


def _number(score: float) -> float | None:
    return None if np.isnan(score) else float(score)
