"""Two runs on the same ground truth: which sizes gained, and whether it can be noise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from res2net_mm.errors import UserError
from res2net_mm.evaluation.bootstrap import (
    SCORES,
    class_mean,
    class_scores,
    intervals_of,
    matches_of,
    resampled_scores,
    share_above_zero,
)
from res2net_mm.evaluation.detection.average_precision import AveragePrecision
from res2net_mm.evaluation.detection.matches import Matches
from res2net_mm.evaluation.detection.size_result import SizeResult
from res2net_mm.evaluation.size_bins import SizeBin


@dataclass(frozen=True)
class Difference:
    """One score of two runs, in 0..1.

    Attributes:
        a: Of the first run.
        b: Of the second.
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
        return self.b - self.a

    @property
    def beyond_noise(self) -> bool:
        """Whether the interval excludes zero."""
        return self.low > 0 or self.high < 0

    def to_dict(self) -> dict:
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

    def to_dict(self) -> dict:
        scores = {name: difference.to_dict() for name, difference in self.scores.items()}
        return {'bin': self.size_bin.name, 'objects': self.objects, **scores}


@dataclass(frozen=True)
class ClassComparison:
    """Two runs on one class."""

    name: str
    overall: BinComparison
    bins: tuple[BinComparison, ...]

    def to_dict(self) -> dict:
        return {'name': self.name, 'scores': [s.to_dict() for s in (*self.bins, self.overall)]}


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
    classes: tuple[ClassComparison, ...]
    resamples: int
    level: float

    def to_dict(self) -> dict:
        """As plain JSON values."""
        return {
            'resamples': self.resamples,
            'level': self.level,
            'scores': [s.to_dict() for s in (*self.bins, self.overall)],
            'classes': [c.to_dict() for c in self.classes],
        }


def compare_results(
    a: SizeResult,
    b: SizeResult,
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
        a: First result of ``evaluate_by_size``.
        b: Second, of the same ground truth, bins and protocol.
        resamples: How many times images are drawn.
        seed: Of the draw.
        level: Probability that an interval covers.
        progress: Whether to show progress.

    Raises:
        UserError: If the results are not of the same ground truth, bins and protocol.
    """
    runs = [matches_of(a), matches_of(b)]
    _check_alike(a, b, *runs)
    plain = np.stack([class_scores(AveragePrecision(matches)) for matches in runs])
    drawn = resampled_scores(runs, resamples, seed, level, progress)

    truth = runs[0].truth
    boxes = np.stack(
        [
            np.bincount(truth.category[counts], minlength=len(runs[0].categories))
            for counts in runs[0].counts
        ]
    )
    return compare_scores(
        SCORES, runs[0].columns, runs[0].categories, boxes, plain, drawn, level=level
    )


def compare_scores(
    names: Sequence[str],
    columns: Sequence[SizeBin],
    categories: Sequence[str],
    objects: np.ndarray,
    plain: np.ndarray,
    drawn: np.ndarray,
    *,
    level: float,
) -> Comparison:
    """Compare the scores of two runs, given those of the same draws of images.

    Args:
        names: Of the S scores.
        columns: The C columns, that of all sizes first.
        categories: Of the K classes.
        objects: (C, K) ground-truth objects in each.
        plain: (2, S, C, K) scores.
        drawn: (2, B, S, C, K) scores under each draw.
        level: Probability that an interval covers.
    """

    def compared(plain, drawn, objects) -> tuple[BinComparison, ...]:
        """Of scores (2, S, A) and (2, B, S, A)."""
        gain, drawn_gain = plain[1] - plain[0], drawn[1] - drawn[0]
        low, high = intervals_of(drawn_gain, gain, level)
        wins = share_above_zero(drawn_gain, gain)
        return tuple(
            BinComparison(
                size_bin,
                int(objects[c]),
                {
                    name: Difference(
                        *map(float, (*plain[:, s, c], low[s, c], high[s, c], wins[s, c]))
                    )
                    for s, name in enumerate(names)
                    if not np.isnan(plain[:, s, c]).any()
                },
            )
            for c, size_bin in enumerate(columns)
        )

    overall, *bins = compared(class_mean(plain), class_mean(drawn), objects.sum(axis=1))
    classes = []
    for k, name in enumerate(categories):
        first, *rest = compared(plain[..., k], drawn[..., k], objects[:, k])
        classes.append(ClassComparison(name, first, tuple(rest)))
    return Comparison(overall, tuple(bins), tuple(classes), drawn.shape[1], level)


def _check_alike(a: SizeResult, b: SizeResult, first: Matches, second: Matches) -> None:
    def same_objects():
        return len(first.truth) == len(second.truth) and all(
            np.array_equal(getattr(first.truth, name), getattr(second.truth, name), equal_nan=True)
            for name in ('image', 'category', 'area')
        )

    checks = {
        'iou_type': a.iou_type == b.iou_type,
        'protocol': a.protocol == b.protocol,
        'bins': first.columns == second.columns,
        'max_dets': first.max_dets == second.max_dets,
        'images': list(first.image_ids) == list(second.image_ids),
        'classes': first.categories == second.categories,
    }
    other = [name for name, same in checks.items() if not same]
    if not other and not same_objects():
        other = ['ground-truth objects or area_of']
    if other:
        raise UserError(
            f'two results are compared on one ground truth in one way; these differ in '
            f'{", ".join(other)}'
        )
