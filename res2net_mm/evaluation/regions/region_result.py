"""IoU, recall and boundary F by region size, as data and as one table."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from res2net_mm.evaluation.bootstrap import class_mean
from res2net_mm.evaluation.regions.region_scores import (
    SCORE_NAMES,
    SCORES,
    SUMS,
    RegionSums,
    scores_of,
    sum_regions,
)
from res2net_mm.evaluation.regions.region_set import RegionSet
from res2net_mm.evaluation.result import (
    ClassScores,
    ColumnScores,
    Result,
    ScoreOf,
    describe_size,
    interval_rows,
    named_scores,
    score_cell,
    score_rows,
    table_text,
)
from res2net_mm.evaluation.size_bins import make_bins
from res2net_mm.tables import percent

NO_REGIONS = 'no regions'
INDENT = '    '  # of a row of intervals


@dataclass(frozen=True, kw_only=True)
class RegionScores(ColumnScores):
    """Scores of one class, or their mean over classes, in one size bin."""

    regions: int  # ground-truth regions in the bin
    pixels: int  # pixels of these regions

    iou = ScoreOf('IoU')
    recall = ScoreOf('recall')  # share of the pixels that are found
    boundary_f = ScoreOf('BF')  # F score of the boundary

    @property
    def counts(self) -> dict[str, int]:
        return {'regions': self.regions, 'pixels': self.pixels}


@dataclass(frozen=True, kw_only=True)
class RegionResult(Result[RegionScores]):
    """Scores of one set of predicted label maps.

    Attributes:
        accuracy: Share of the labelled pixels that are right (mmseg's aAcc), 0..1.
        tolerance: Tolerance of the boundary, as a share of the image diagonal.
        regions: What the scores were made from; takes no part in equality and in the JSON file.
    """

    accuracy: float | None
    tolerance: float
    regions: RegionSet | None = field(default=None, compare=False, repr=False)

    def image_scores(self) -> RegionSums:
        return sum_regions(regions_of(self), self.size_bins)

    def agreement(self, other: 'RegionResult') -> dict[str, bool]:
        a, b = regions_of(self), regions_of(other)
        return {
            'bins': self.size_bins == other.size_bins,
            'tolerance': a.tolerance == b.tolerance,
            'classes': a.categories == b.categories,
            # Names may differ: images lie in one place, their label maps in another.
            'images': np.array_equal(a.image_areas, b.image_areas),
            'ground-truth regions': np.array_equal(a.truth_image, b.truth_image)
            and np.array_equal(a.truth.category, b.truth.category)
            and np.array_equal(a.truth.area, b.truth.area),
        }

    def to_dict(self) -> dict[str, Any]:
        return {
            'images': self.images,
            'aAcc': self.accuracy,
            'boundary_tolerance': self.tolerance,
            **super().to_dict(),
        }


def regions_of(result: RegionResult) -> RegionSet:
    """Return the regions of a result; raise ValueError if it carries none."""
    if result.regions is None:
        raise ValueError('the result carries no regions: use one that score_regions returned')
    return result.regions


def score_regions(
    regions: RegionSet,
    *,
    bins: Iterable | None = None,
    bins_by: str = 'area',
    notes: Iterable[str] = (),
) -> RegionResult:
    """Score regions in size bins, per class and as means over classes.

    Args:
        regions: Regions of a run.
        bins: Size bins as ``make_bins`` takes them; None for COCO's small, medium, large.
        bins_by: What the limits of the bins measure.
        notes: Notes to keep with the result.

    Raises:
        UserError: If the bins cannot be read.
    """
    sums = sum_regions(regions, make_bins(bins, bins_by))
    (totals,) = sums.totals()
    scores = scores_of(totals)
    counts = {name: totals[:, :, SUMS.index(name)] for name in ('regions', 'area', 'hit')}

    def columns(of: np.ndarray, k: int | slice) -> list[RegionScores]:
        return [
            RegionScores(
                size_bin=column,
                regions=int(counts['regions'][k, c].sum()),
                pixels=int(counts['area'][k, c].sum()),
                scores=named_scores(SCORE_NAMES, of[:, c]),
            )
            for c, column in enumerate(sums.columns)
        ]

    overall, *by_bin = columns(class_mean(scores), slice(None))
    right = counts['hit'][:, 0].sum()
    return RegionResult(
        images=len(regions.images),
        accuracy=float(right / overall.pixels) if overall.pixels else None,
        tolerance=regions.tolerance,
        overall=overall,
        bins=tuple(by_bin),
        classes=tuple(
            ClassScores.of(name, columns(scores[..., k], k))
            for k, name in enumerate(regions.categories)
        ),
        notes=tuple(notes),
        regions=regions,
    )


def region_table(result: RegionResult) -> str:
    """Return means in %, regions and IoU by class as text; a column per bin and for all sizes."""
    blank = [''] * len(result.bins)
    rows = [
        *score_rows(result, {score.name: score.title for score in SCORES}, NO_REGIONS, INDENT),
        ['aAcc', *blank, percent(result.accuracy, NO_REGIONS)],
        ['regions', *(str(scores.regions) for scores in result.columns)],
        ['IoU (regions)', *blank, ''],
    ]
    for scored in result.classes:
        cells = (score_cell(c.iou, c.regions, NO_REGIONS) for c in scored.columns)
        rows.append([f'  {scored.name}', *cells])
        rows += interval_rows(result, scored.columns, 'IoU', INDENT)
    return table_text(f'segmentation in % {describe_regions(result)}', rows, result)


def describe_regions(result: RegionResult) -> str:
    """Return how a result was scored: ``by size (area) of the ground-truth region, ...``."""
    return (
        f'by size ({describe_size(result, "area")}) of the ground-truth region, connected pixels '
        f'of a class; boundary F within {100 * result.tolerance:g} % of the diagonal; '
        f'{result.images} images'
    )
