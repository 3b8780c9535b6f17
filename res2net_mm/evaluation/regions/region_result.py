"""What an evaluation of label maps by region size says, as data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from res2net_mm.evaluation.bootstrap import class_mean, named_intervals
from res2net_mm.evaluation.regions.region_scores import SCORES, SUMS, scores_of, sum_regions
from res2net_mm.evaluation.regions.region_set import RegionSet
from res2net_mm.evaluation.size_bins import SizeBin, make_bins


@dataclass(frozen=True)
class RegionScores:
    """Scores of one class, or their mean over classes, in one size bin; None where it has none.

    Attributes:
        size_bin: The bin.
        regions: Ground-truth regions in it.
        pixels: Pixels of these regions.
        iou: Intersection over union, 0..1.
        recall: Share of the pixels that are found, 0..1.
        boundary_f: F score of the boundary, 0..1.
        intervals: Confidence interval (low, high) by name of the score, as in ``SCORES``.
    """

    size_bin: SizeBin
    regions: int
    pixels: int
    iou: float | None
    recall: float | None
    boundary_f: float | None
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def scores(self) -> dict[str, float | None]:
        """The scores by the names of ``SCORES``."""
        return dict(zip(SCORES, (self.iou, self.recall, self.boundary_f), strict=True))

    def to_dict(self) -> dict:
        intervals = {name: list(interval) for name, interval in self.intervals.items()}
        return {
            **self.size_bin.to_dict(),
            'regions': self.regions,
            'pixels': self.pixels,
            **self.scores,
            **({'intervals': intervals} if intervals else {}),
        }


@dataclass(frozen=True)
class RegionClassScores:
    """Scores of one class, of all sizes and per bin."""

    name: str
    overall: RegionScores
    bins: tuple[RegionScores, ...]

    def to_dict(self) -> dict:
        return {'name': self.name, 'scores': [s.to_dict() for s in (*self.bins, self.overall)]}


@dataclass(frozen=True)
class RegionResult:
    """Scores of one set of predicted label maps.

    Attributes:
        images: Number of images.
        accuracy: Share of the labelled pixels that are right (mmseg's aAcc), 0..1.
        tolerance: Of the boundary, as a share of the image diagonal.
        overall: All sizes, mean over classes.
        bins: The size bins, mean over classes, in the order asked for.
        classes: The classes, in the order of their labels.
        notes: What a reader should know, one sentence each.
        resamples: How many times images were drawn anew for the intervals; 0 for no intervals.
        level: Probability that an interval covers.
        regions: What the scores were made from; takes no part in equality and in the JSON file.
    """

    images: int
    accuracy: float | None
    tolerance: float
    overall: RegionScores
    bins: tuple[RegionScores, ...]
    classes: tuple[RegionClassScores, ...]
    notes: tuple[str, ...] = ()
    resamples: int = 0
    level: float = 0.95
    regions: RegionSet | None = field(default=None, compare=False, repr=False)

    @property
    def size_bins(self) -> tuple[SizeBin, ...]:
        return tuple(scores.size_bin for scores in self.bins)

    def to_dict(self) -> dict:
        """As plain JSON values; scores in 0..1, null where a bin is empty."""
        return {
            'images': self.images,
            'aAcc': self.accuracy,
            'boundary_tolerance': self.tolerance,
            'resamples': self.resamples,
            'level': self.level if self.resamples else None,
            'scores': [s.to_dict() for s in (*self.bins, self.overall)],
            'classes': [c.to_dict() for c in self.classes],
            'notes': list(self.notes),
        }


def score_regions(
    regions: RegionSet,
    *,
    bins: Iterable | None = None,
    bins_by: str = 'area',
    notes: Iterable[str] = (),
) -> RegionResult:
    """Score regions in size bins, per class and as means over classes.

    Args:
        regions: Of a run.
        bins: Size bins as ``make_bins`` takes them; None for COCO's small, medium, large.
        bins_by: What the limits of the bins measure.
        notes: To keep with the result.

    Raises:
        UserError: If the bins cannot be read.
    """
    sums = sum_regions(regions, make_bins(bins, bins_by))
    (totals,) = sums.totals()
    scores = scores_of(totals)
    counts = {name: totals[:, :, SUMS.index(name)] for name in ('regions', 'area', 'hit')}

    def in_columns(of: np.ndarray, k: int | slice) -> list[RegionScores]:
        return [
            RegionScores(
                column,
                int(counts['regions'][k, c].sum()),
                int(counts['area'][k, c].sum()),
                *(None if np.isnan(score) else float(score) for score in of[:, c]),
            )
            for c, column in enumerate(sums.columns)
        ]

    overall, *by_bin = in_columns(class_mean(scores), slice(None))
    classes = []
    for k, name in enumerate(regions.categories):
        first, *rest = in_columns(scores[..., k], k)
        classes.append(RegionClassScores(name, first, tuple(rest)))
    right = counts['hit'][:, 0].sum()
    return RegionResult(
        images=len(regions.images),
        accuracy=float(right / overall.pixels) if overall.pixels else None,
        tolerance=regions.tolerance,
        overall=overall,
        bins=tuple(by_bin),
        classes=tuple(classes),
        notes=tuple(notes),
        regions=regions,
    )


def fill_intervals(
    result: RegionResult,
    mean_ends: np.ndarray,
    class_ends: np.ndarray,
    *,
    resamples: int,
    level: float,
) -> RegionResult:
    """The result with intervals: (2, 3, C) ends for the means, (2, 3, C, K) for the classes."""

    def filled(scores: Iterable[RegionScores], ends: np.ndarray) -> list[RegionScores]:
        return [
            replace(
                of_bin,
                intervals=named_intervals(SCORES, ends[:, :, c]),
            )
            for c, of_bin in enumerate(scores)
        ]

    overall, *by_bin = filled((result.overall, *result.bins), mean_ends)
    classes = []
    for k, scored in enumerate(result.classes):
        first, *rest = filled((scored.overall, *scored.bins), class_ends[..., k])
        classes.append(RegionClassScores(scored.name, first, tuple(rest)))
    return replace(
        result,
        overall=overall,
        bins=tuple(by_bin),
        classes=tuple(classes),
        resamples=resamples,
        level=level,
    )
