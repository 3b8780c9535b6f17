"""Scores against size as a curve, and the sizes at which another run begins to win.

The score at a size s is that of the objects from s / sqrt(2) to s * sqrt(2): a bin one octave wide
that slides along. Where it holds fewer than ``ENOUGH`` objects the curve has a gap.

One looks along the whole curve for a size at which a run wins, and chance has as many tries. So
the band of the difference is a simultaneous one: it holds the whole curve with the probability
asked for, by the bootstrap of the largest deviation in units of the standard error.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from res2net_mm.report.by_size.terms import Terms
from res2net_mm.report.by_size.verdict import ENOUGH

STEPS = 4  # sizes per octave
DRAWS = 200  # at most: a quantile of the largest deviation needs fewer than an interval's ends
TOGETHER = 6  # bins matched at once, which bounds the memory


@dataclass(frozen=True, eq=False)
class SizeCurve:
    """Scores of R runs at P sizes; nan where there are too few objects.

    Attributes:
        by: ``side`` in px, or ``relative-side`` in 0..1 where the bins are relative.
        sizes: (P,)
        objects: (P,) how many the sliding bin holds.
        scores: (R, S, P) the drawn ones.
        band: (R - 1, S, 2, P) low and high of the difference of each run from the first.
        sides: (G,) size of every object that counts.
        terms: Of the kind of runs.
        level: Probability that a band covers the whole curve.
    """

    by: str
    sizes: np.ndarray
    objects: np.ndarray
    scores: np.ndarray
    band: np.ndarray
    sides: np.ndarray
    terms: Terms
    level: float

    def wins(self, run: int, score: int = 0) -> list[tuple[float, float]]:
        """Ranges of sizes at which a run is better than the first beyond noise."""
        return self._ranges(self.band[run - 1, score, 0] > 0)

    def loses(self, run: int, score: int = 0) -> list[tuple[float, float]]:
        """Ranges of sizes at which it is worse beyond noise."""
        return self._ranges(self.band[run - 1, score, 1] < 0)

    def _ranges(self, where: np.ndarray) -> list[tuple[float, float]]:
        edges = np.flatnonzero(np.diff(np.r_[False, where, False].astype(int)))
        return [
            (float(self.sizes[start]), float(self.sizes[end - 1]))
            for start, end in edges.reshape(-1, 2)
        ]


def slide_bin(
    sides: np.ndarray,
    by: str,
    score: Callable[[Sequence, str], tuple[np.ndarray, np.ndarray, np.ndarray]],
    *,
    terms: Terms,
    level: float,
) -> SizeCurve:
    """Score runs in a sliding bin of size.

    Args:
        sides: (G,) sizes of everything that counts, in what ``by`` says.
        by: ``side`` or ``relative-side``.
        score: Scores some bins ``(name, low, high)`` by this measure: (C,) objects in each,
            (R, S, C) the drawn scores of the runs, and (R, B, S, C) those under draws of images,
            of which no more than ``DRAWS`` are needed.
        terms: Of the kind of runs.
        level: Probability that the band of a difference covers.
    """
    sizes = _grid(sides)
    bins = [(f'at{i}', s / math.sqrt(2), s * math.sqrt(2)) for i, s in enumerate(sizes)]
    starts = range(0, max(len(bins), 1), TOGETHER)  # without bins the shapes are still needed
    parts = [score(bins[start : start + TOGETHER], by) for start in starts]
    objects, scores, drawn = (np.concatenate(of, axis=-1) for of in zip(*parts, strict=True))
    scores = np.where(objects < ENOUGH, np.nan, scores)
    band = [
        simultaneous_band(drawn[r] - drawn[0], scores[r] - scores[0], level)
        for r in range(1, len(scores))
    ]
    return SizeCurve(by, sizes, objects, scores, np.stack(band), sides, terms, level)


def simultaneous_band(drawn: np.ndarray, plain: np.ndarray, level: float) -> np.ndarray:
    """Band that holds a whole curve.

    Args:
        drawn: (B, S, P) draws of S curves, each with a band of its own.
        plain: (S, P) the curves; nan for gaps.
        level: Probability that a band covers.

    Returns:
        (S, 2, P): curve, low and high, point.
    """
    band = np.full((2, *plain.shape), np.nan)
    for score in range(len(plain)):
        there = ~np.isnan(plain[score]) & ~np.isnan(drawn[:, score]).all(axis=0)
        if not there.any():
            continue
        part = drawn[:, score, there]
        spread = np.nanstd(part, axis=0)
        away = np.abs(part - np.nanmean(part, axis=0)) / np.where(spread > 0, spread, np.inf)
        width = np.quantile(np.nanmax(away, axis=1), level) * spread
        band[:, score, there] = plain[score, there] + np.stack([-width, width])
    return np.moveaxis(band, 0, 1)


def describe_wins(curve: SizeCurve, names: Sequence[str]) -> list[str]:
    """At which sizes each run wins or loses the main score, against the first, a sentence each."""
    sentences, score, thing = [], curve.terms.main, curve.terms.thing
    for run, name in enumerate(names[1:], 1):
        said = [
            f'{verb} {score} {_ranges_text(ranges, curve)}'
            for verb, ranges in (('gains', curve.wins(run)), ('loses', curve.loses(run)))
            if ranges
        ]
        beyond = f'beyond the {100 * curve.level:g} % band of the whole curve'
        if said:
            sentences.append(f'{name} {" and ".join(said)}, {beyond}.')
        else:
            sentences.append(
                f'At no single size does {name} differ from {names[0]} in {score} {beyond}; a bin '
                f'holds more {thing}s than a point of the curve and may tell more.'
            )
    return sentences


def _grid(sides: np.ndarray) -> np.ndarray:
    """Sizes from the smallest object to the largest, ``STEPS`` to the octave."""
    sides = sides[sides > 0]
    if not sides.size:
        return np.empty(0)
    low, high = np.log2([sides.min(), sides.max()])
    return 2.0 ** (np.arange(math.floor(low * STEPS), math.ceil(high * STEPS) + 1) / STEPS)


def _ranges_text(ranges: Sequence[tuple[float, float]], curve: SizeCurve) -> str:
    scale, unit = (100, '% of the image side') if curve.by == 'relative-side' else (1, 'px')
    texts = [
        f'{scale * low:.3g}' if low == high else f'{scale * low:.3g} to {scale * high:.3g}'
        for low, high in ranges
    ]
    return f'for {curve.terms.thing}s of {" and ".join(texts)} {unit}'
