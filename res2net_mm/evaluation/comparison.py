"""Compare two runs on the same ground truth: which sizes gained, and whether it can be noise."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from res2net_mm.errors import UserError
from res2net_mm.evaluation.bootstrap import class_mean, draw_scores, intervals_of, share_above_zero
from res2net_mm.evaluation.result import BySize, ClassScores, Result
from res2net_mm.evaluation.size_bins import SizeBin

R = TypeVar('R', bound=Result)


@dataclass(frozen=True)
class Difference:
    """One score of two runs, in 0..1."""

    a: float  # score of the first run
    b: float  # score of the second run
    low: float  # lower end of the interval of ``b - a``
    high: float  # upper end of it
    b_wins: float  # share of the draws in which b is better

    @property
    def difference(self) -> float:
        """The score of the second run minus that of the first."""
        return self.b - self.a

    @property
    def beyond_noise(self) -> bool:
        """Whether the interval excludes zero."""
        return self.low > 0 or self.high < 0

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            'a': self.a,
            'b': self.b,
            'difference': self.difference,
            'interval': [self.low, self.high],
            'b_wins': self.b_wins,
        }


@dataclass(frozen=True)
class BinComparison:
    """Two runs in one size bin."""

    size_bin: SizeBin
    objects: int  # ground-truth objects in it, or regions of label maps
    scores: Mapping[str, Difference]  # by name; without those that a run does not have

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        scores = {name: difference.to_dict() for name, difference in self.scores.items()}
        return {'bin': self.size_bin.name, 'objects': self.objects, **scores}


@dataclass(frozen=True, kw_only=True)
class Comparison(BySize[BinComparison]):
    """Two runs, overall, per size bin and per class.

    Attributes:
        classes: The classes, in the order of the ground truth.
        resamples: How many times images were drawn.
        level: Probability that an interval covers.
    """

    classes: tuple[ClassScores[BinComparison], ...]
    resamples: int
    level: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            'resamples': self.resamples,
            'level': self.level,
            'scores': [column.to_dict() for column in self.columns],
            'classes': [c.to_dict() for c in self.classes],
        }


def compare_results(
    a: R, b: R, *, resamples: int = 1000, seed: int = 0, level: float = 0.95, progress: bool = False
) -> Comparison:
    """Compare two runs, paired: both are scored on the same draws of images.

    An image that is hard for one run is mostly hard for the other, too, so the interval of the
    difference is much narrower than the intervals of the scores.

    Args:
        a: First result of ``evaluate_by_size`` or ``score_regions``.
        b: Second, of the same ground truth, bins and protocol.
        resamples: How many times images are drawn.
        seed: Seed of the draws.
        level: Probability that an interval covers.
        progress: Whether to show progress.

    Raises:
        UserError: If the results are not of the same ground truth, bins and protocol.
    """
    runs = [a.image_scores(), b.image_scores()]
    if other := [name for name, agree in a.agreement(b).items() if not agree]:
        raise UserError(
            f'two results are compared on one ground truth in one way; these differ in '
            f'{", ".join(other)}'
        )
    plain = np.concatenate([run.class_scores() for run in runs])  # (2, S, C, K)
    drawn = draw_scores(runs, resamples=resamples, seed=seed, level=level, progress=progress)
    names, columns, objects = runs[0].names, runs[0].columns, runs[0].class_objects()

    def compared(plain: np.ndarray, drawn: np.ndarray, objects: np.ndarray) -> list[BinComparison]:
        """Compare scores (2, S, C) and (2, B, S, C)."""
        gain, drawn_gain = plain[1] - plain[0], drawn[1] - drawn[0]
        ends = intervals_of(drawn_gain, gain, level)
        parts = np.stack([*plain, *ends, share_above_zero(drawn_gain, gain)])  # (5, S, C)
        compared = []
        for c, size_bin in enumerate(columns):
            there = [s for s in range(len(names)) if not np.isnan(plain[:, s, c]).any()]
            scores = {names[s]: Difference(*map(float, parts[:, s, c])) for s in there}
            compared.append(BinComparison(size_bin, int(objects[c]), scores))
        return compared

    overall, *bins = compared(class_mean(plain), class_mean(drawn), objects.sum(axis=1))
    classes = tuple(
        ClassScores.of(name, compared(plain[..., k], drawn[..., k], objects[:, k]))
        for k, name in enumerate(runs[0].categories)
    )
    return Comparison(
        overall=overall, bins=tuple(bins), classes=classes, resamples=resamples, level=level
    )
