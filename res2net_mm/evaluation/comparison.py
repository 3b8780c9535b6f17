"""Compare two models on the same ground truth: which sizes gained, and whether it can be noise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np

from res2net_mm.errors import UserError
from res2net_mm.evaluation.bootstrap import class_mean, draw_scores, intervals_of, share_above_zero
from res2net_mm.evaluation.result import BySize, ClassScores, Result
from res2net_mm.evaluation.seeds import average_runs
from res2net_mm.evaluation.size_bins import SizeBin

R = TypeVar('R', bound=Result)


@dataclass(frozen=True)
class Difference:
    """One score of two models, in 0..1."""

    a: float  # score of the first model, the mean of its runs
    b: float  # score of the second model
    low: float  # lower end of the interval of ``b - a``
    high: float  # upper end of it
    b_wins: float  # share of the draws in which b is better
    runs_a: tuple[float, ...] = ()  # score of each run of the first model, where it has several
    runs_b: tuple[float, ...] = ()
    lower: bool = False  # whether lower is better

    @property
    def difference(self) -> float:
        """The score of the second model minus that of the first."""
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
            **({'runs_a': list(self.runs_a)} if self.runs_a else {}),
            **({'runs_b': list(self.runs_b)} if self.runs_b else {}),
        }


@dataclass(frozen=True)
class BinComparison:
    """Two models in one size bin."""

    size_bin: SizeBin
    objects: int  # ground-truth objects in it, or regions of label maps
    scores: Mapping[str, Difference]  # by name; without those that a run does not have

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        scores = {name: difference.to_dict() for name, difference in self.scores.items()}
        return {'bin': self.size_bin.name, 'objects': self.objects, **scores}


@dataclass(frozen=True, kw_only=True)
class Comparison(BySize[BinComparison]):
    """Two models, overall, per size bin and per class.

    Attributes:
        classes: The classes, in the order of the ground truth.
        resamples: How many times images, and runs where a model has several, were drawn.
        level: Probability that an interval covers.
        runs: Number of runs of each model.
    """

    classes: tuple[ClassScores[BinComparison], ...]
    resamples: int
    level: float
    runs: tuple[int, int] = (1, 1)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            'resamples': self.resamples,
            'level': self.level,
            'runs': list(self.runs),
            'scores': [column.to_dict() for column in self.columns],
            'classes': [c.to_dict() for c in self.classes],
        }


def compare_results(
    a: R | Sequence[R],
    b: R | Sequence[R],
    *,
    resamples: int = 1000,
    seed: int = 0,
    level: float = 0.95,
    progress: bool = False,
) -> Comparison:
    """Compare two models, paired: both are scored on the same draws of images.

    An image that is hard for one model is mostly hard for the other, too, so the interval of the
    difference is much narrower than the intervals of the scores. With one run of each model it says
    how far the difference would move on other images; with several runs, trained with other seeds,
    it says the same for other images and other trainings.

    Args:
        a: First result of ``evaluate_by_size`` or ``score_regions``, or one for each run.
        b: Second, of the same ground truth, bins and protocol.
        resamples: How many times images, and runs where there are several, are drawn.
        seed: Seed of the draws.
        level: Probability that an interval covers.
        progress: Whether to show progress.

    Raises:
        UserError: If the results are not of the same ground truth, bins and protocol.
    """
    models = [list(model) if isinstance(model, Sequence) else [model] for model in (a, b)]
    results = [result for model in models for result in model]
    runs = [result.image_scores() for result in results]
    for result in results[1:]:
        if other := [name for name, agree in results[0].agreement(result).items() if not agree]:
            raise UserError(
                f'results are compared on one ground truth in one way; these differ in '
                f'{", ".join(other)}'
            )
    plain = np.concatenate([run.class_scores() for run in runs])  # (R, S, C, K)
    drawn = draw_scores(runs, resamples=resamples, seed=seed, level=level, progress=progress)
    names, columns, objects = runs[0].names, runs[0].columns, runs[0].class_objects()
    in_a, in_b = (len(model) for model in models)

    def compared(plain: np.ndarray, drawn: np.ndarray, objects: np.ndarray) -> list[BinComparison]:
        """Compare scores (R, S, C) and (R, B, S, C)."""
        averaged = average_runs(plain, drawn, (in_a, in_b), seed=seed)
        gain, drawn_gain = averaged.gain(1, level)
        ends = intervals_of(drawn_gain, gain, level)
        better = np.array([-1 if name in runs[0].lower else 1 for name in names])[:, None]
        wins = share_above_zero(better * drawn_gain, better * gain)
        parts = np.stack([*averaged.plain, *ends, wins])  # (5, S, C)
        compared = []
        for c, size_bin in enumerate(columns):
            there = [s for s in range(len(names)) if not np.isnan(plain[:, s, c]).any()]
            scores = {}
            for s in there:
                each = plain[:, s, c].tolist() if len(plain) > 2 else []
                difference = Difference(*parts[:, s, c].tolist())
                scores[names[s]] = replace(
                    difference,
                    runs_a=tuple(each[:in_a]),
                    runs_b=tuple(each[in_a:]),
                    lower=names[s] in runs[0].lower,
                )
            compared.append(BinComparison(size_bin, int(objects[c]), scores))
        return compared

    overall, *bins = compared(class_mean(plain), class_mean(drawn), objects.sum(axis=1))
    classes = tuple(
        ClassScores.of(name, compared(plain[..., k], drawn[..., k], objects[:, k]))
        for k, name in enumerate(runs[0].categories)
    )
    return Comparison(
        overall=overall,
        bins=tuple(bins),
        classes=classes,
        resamples=resamples,
        level=level,
        runs=(in_a, in_b),
    )
