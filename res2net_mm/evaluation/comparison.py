"""Two runs on the same ground truth: which sizes gained, and whether it can be noise."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from res2net_mm.errors import UserError
from res2net_mm.evaluation.bootstrap import (
    class_mean,
    draw_scores,
    intervals_of,
    share_above_zero,
)
from res2net_mm.evaluation.result import ClassScores, Result
from res2net_mm.evaluation.size_bins import SizeBin

R = TypeVar('R', bound=Result)


@dataclass(frozen=True)
class Difference:
    """One score of two runs, in 0..1.

    Attributes:
        a: Score of the first run.
        b: Score of the second run.
        low: Lower end of the interval of ``b - a``.
        high: Its upper end.
        b_wins: Share of the draws in which b is better.
    """

    a: float
    b: float
    low: float
    high: float
    b_wins: float

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
    """Two runs in one size bin.

    Attributes:
        size_bin: The bin.
        objects: Ground-truth objects in it, or regions of label maps.
        scores: Differences by the name of the score; without those that a run does not have.
    """

    size_bin: SizeBin
    objects: int
    scores: Mapping[str, Difference]

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        scores = {name: difference.to_dict() for name, difference in self.scores.items()}
        return {'bin': self.size_bin.name, 'objects': self.objects, **scores}


@dataclass(frozen=True)
class Comparison:
    """Two runs, overall, per size bin and per class.

    Attributes:
        overall: All objects.
        bins: The size bins.
        classes: The classes, in the order of the ground truth.
        resamples: How many times images were drawn.
        level: Probability that an interval covers.
    """

    overall: BinComparison
    bins: tuple[BinComparison, ...]
    classes: tuple[ClassScores[BinComparison], ...]
    resamples: int
    level: float

    @property
    def columns(self) -> tuple[BinComparison, ...]:
        """The size bins, then all sizes, as in a table."""
        return (*self.bins, self.overall)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            'resamples': self.resamples,
            'level': self.level,
            'scores': [column.to_dict() for column in self.columns],
            'classes': [c.to_dict() for c in self.classes],
        }


def compare_results(
    a: R,
    b: R,
    *,
    resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
    progress: bool = False,
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

    def compared(
        plain: np.ndarray, drawn: np.ndarray, objects: np.ndarray
    ) -> tuple[BinComparison, ...]:
        """Compare scores (2, S, C) and (2, B, S, C)."""
        gain, drawn_gain = plain[1] - plain[0], drawn[1] - drawn[0]
        low, high = intervals_of(drawn_gain, gain, level)
        parts = np.stack([*plain, low, high, share_above_zero(drawn_gain, gain)])  # (5, S, C)
        return tuple(
            BinComparison(
                size_bin,
                int(objects[c]),
                {
                    name: Difference(*map(float, parts[:, s, c]))
                    for s, name in enumerate(names)
                    if not np.isnan(plain[:, s, c]).any()
                },
            )
            for c, size_bin in enumerate(columns)
        )

    overall, *bins = compared(class_mean(plain), class_mean(drawn), objects.sum(axis=1))
    classes = tuple(
        ClassScores.of(name, compared(plain[..., k], drawn[..., k], objects[:, k]))
        for k, name in enumerate(runs[0].categories)
    )
    return Comparison(overall, tuple(bins), classes, resamples, level)
