"""Scores against size as a curve, and the sizes at which a run wins or loses.

The score at a size s is that of the objects from s / sqrt(2) to s * sqrt(2), a sliding bin one
octave wide. Where it holds fewer than ``ENOUGH`` objects the curve has a gap.

A reader looks along the whole curve for a size at which a run wins, so the band of the difference
is simultaneous: it covers the whole curve with the given probability. Its width is the quantile of
the largest deviation under the bootstrap, in units of the standard error.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from res2net_mm.evaluation.bootstrap import class_mean, draw_scores
from res2net_mm.evaluation.result import ImageScores
from res2net_mm.evaluation.seeds import average_runs
from res2net_mm.evaluation.size_bins import SizeBin, make_bins
from res2net_mm.report.by_size.verdict import ENOUGH, Terms

STEPS = 4  # sizes per octave
DRAWS = 200  # at most: a quantile of the largest deviation needs fewer than an interval's ends
TOGETHER = 6  # bins matched at once, which limits memory


@dataclass(frozen=True, eq=False)
class SizeCurve:
    """Scores of M models at P sizes; nan where there are too few objects."""

    by: str  # ``side`` in px, or ``relative-side`` in 0..1 where the bins are relative
    sizes: np.ndarray  # (P,) the sizes, in rising order
    objects: np.ndarray  # (P,) number of objects in the sliding bin
    scores: np.ndarray  # (M, S, P) the S drawn scores of ``terms``
    band: np.ndarray  # (M - 1, S, 2, P) low and high of the difference of each from the first
    sides: np.ndarray  # (G,) size of every object that counts
    terms: Terms
    level: float  # probability that a band covers the whole curve

    def wins(self, run: int) -> list[tuple[float, float]]:
        """Return ranges of sizes at which the main score of a run gains beyond noise."""
        return self._ranges(self.band[run - 1, 0, 0] > 0)

    def loses(self, run: int) -> list[tuple[float, float]]:
        """Return ranges of sizes at which the main score of a run loses beyond noise."""
        return self._ranges(self.band[run - 1, 0, 1] < 0)

    def _ranges(self, where: np.ndarray) -> list[tuple[float, float]]:
        edges = np.flatnonzero(np.diff(np.r_[False, where, False].astype(int)))
        return [
            (float(self.sizes[start]), float(self.sizes[end - 1]))
            for start, end in edges.reshape(-1, 2)
        ]


def slide_bin(
    areas: np.ndarray,
    score: Callable[[tuple[SizeBin, ...]], Sequence[ImageScores]],
    *,
    relative: bool,
    terms: Terms,
    models: Sequence[int] | None = None,
    resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
    progress: bool = False,
) -> SizeCurve:
    """Score runs in a sliding bin of size, under at most ``DRAWS`` draws of images.

    ``areas`` (G,) are those of all objects that count, in px^2 or (``relative``) as a share of the
    image; ``score`` scores the runs in some bins; ``models`` is how many of them belong to each
    model, None for one each. The other arguments are those of ``compare_results``.
    """
    by, sides = 'relative-side' if relative else 'side', np.sqrt(np.maximum(areas, 0))
    sizes: np.ndarray = np.empty(0)
    there = sides[sides > 0]
    if there.size:  # from the smallest object to the largest
        low, high = STEPS * np.log2([there.min(), there.max()])
        sizes = 2.0 ** (np.arange(math.floor(low), math.ceil(high) + 1) / STEPS)
    bins = [(f'at{i}', s / math.sqrt(2), s * math.sqrt(2)) for i, s in enumerate(sizes)]
    draws: dict[str, Any] = dict(
        resamples=min(resamples, DRAWS), seed=seed, level=level, progress=progress
    )
    parts = []
    for start in range(0, max(len(bins), 1), TOGETHER):  # without bins the shapes are needed
        scored = score(make_bins(bins[start : start + TOGETHER], by))
        shown = [scored[0].names.index(name) for name in terms.drawn]
        plain = class_mean(np.concatenate([run.class_scores() for run in scored]))  # (R, S, C)
        again = class_mean(draw_scores(scored, **draws))  # (R, B, S, C)
        averaged = average_runs(plain, again, models or [1] * len(scored), seed=seed)
        gain = [averaged.gain(m, level)[1] for m in range(1, len(averaged.plain))]
        of_bins = scored[0].class_objects()[1:].sum(axis=1).astype(int)
        drawn = np.stack(gain)  # (M - 1, B, S, C)
        parts.append((of_bins, averaged.plain[:, shown, 1:], drawn[:, :, shown, 1:]))
    objects, scores, gains = (np.concatenate(of, axis=-1) for of in zip(*parts, strict=True))
    scores = np.where(objects < ENOUGH, np.nan, scores)
    band = [
        simultaneous_band(gain, of_model - scores[0], level)
        for gain, of_model in zip(gains, scores[1:], strict=True)
    ]
    return SizeCurve(by, sizes, objects, scores, np.stack(band), sides, terms, level)


def simultaneous_band(drawn: np.ndarray, plain: np.ndarray, level: float) -> np.ndarray:
    """Return (S, 2, P) low and high of bands that each cover a whole curve with a probability.

    The S curves are ``plain`` (S, P), nan for gaps; ``drawn`` (B, S, P) are B draws of them.
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
    """Return a sentence for each run but the first: at which sizes it wins or loses."""
    score, thing = curve.terms.main, curve.terms.thing
    beyond = f'beyond the {100 * curve.level:g} % band of the whole curve'
    sentences = []
    for run, name in enumerate(names[1:], 1):
        ranges = {'gains': curve.wins(run), 'loses': curve.loses(run)}
        said = [f'{verb} {score} {_ranges_text(r, curve)}' for verb, r in ranges.items() if r]
        if said:
            sentences.append(f'{name} {" and ".join(said)}, {beyond}.')
        else:
            sentences.append(
                f'At no single size does {name} differ from {names[0]} in {score} {beyond}; a bin '
                f'holds more {thing}s than a point of the curve and may tell more.'
            )
    return sentences


def _ranges_text(ranges: Sequence[tuple[float, float]], curve: SizeCurve) -> str:
    scale, unit = (100, '% of the image side') if curve.by == 'relative-side' else (1, 'px')
    texts = [
        f'{scale * low:.3g}' if low == high else f'{scale * low:.3g} to {scale * high:.3g}'
        for low, high in ranges
    ]
    return f'for {curve.terms.thing}s of {" and ".join(texts)} {unit}'
