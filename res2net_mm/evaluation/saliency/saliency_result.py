"""Scores of saliency maps by size, as data and as one table."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from res2net_mm.evaluation.result import (
    ClassScores,
    ColumnScores,
    Result,
    describe_size,
    named_scores,
    score_rows,
    table_text,
)
from res2net_mm.evaluation.saliency.saliency_scores import (
    CLASS,
    SCORE_NAMES,
    SaliencyMeans,
    average,
)
from res2net_mm.evaluation.saliency.saliency_set import SaliencySet
from res2net_mm.evaluation.size_bins import make_bins

NOTHING = 'no objects'
INDENT = '    '  # of a row of intervals
TITLES = {name: name.replace('_PR', ' of mean P, R').replace('_', ' ') for name in SCORE_NAMES}


@dataclass(frozen=True, kw_only=True)
class SaliencyScores(ColumnScores):
    """Scores in one size bin."""

    images: int  # whose salient pixels lie in the bin
    objects: int  # that lie in it

    @property
    def counts(self) -> dict[str, int]:
        return {'images': self.images, 'objects': self.objects}


@dataclass(frozen=True, kw_only=True)
class SaliencyResult(Result[SaliencyScores]):
    """Scores of one set of saliency maps.

    Attributes:
        measured: What the scores were made from; takes no part in equality and in the JSON file.
    """

    measured: SaliencySet | None = field(default=None, compare=False, repr=False)

    def image_scores(self) -> SaliencyMeans:
        return average(_measured(self), self.size_bins)

    def agreement(self, other: 'SaliencyResult') -> dict[str, bool]:
        a, b = _measured(self), _measured(other)
        return {
            'bins': self.size_bins == other.size_bins,
            # Names may differ: images lie in one place, their masks in another.
            'images': np.array_equal(a.area, b.area),
            'masks': np.array_equal(a.salient, b.salient)
            and np.array_equal(a.object_image, b.object_image)
            and np.array_equal(a.object_area, b.object_area),
        }


def _measured(result: SaliencyResult) -> SaliencySet:
    if result.measured is None:
        raise ValueError('the result carries no measures: use one that score_saliency returned')
    return result.measured


def score_saliency(
    measured: SaliencySet,
    *,
    bins: Iterable | None = None,
    bins_by: str = 'area',
    notes: Iterable[str] = (),
) -> SaliencyResult:
    """Score saliency maps in size bins.

    Args:
        measured: Measures of the images of a run.
        bins: Size bins as ``make_bins`` takes them; None for COCO's small, medium, large.
        bins_by: What the limits of the bins measure.
        notes: Notes to keep with the result.

    Raises:
        UserError: If the bins cannot be read.
    """
    means = average(measured, make_bins(bins, bins_by))
    (scores,) = means.class_scores()  # (S, C, 1)
    overall, *by_bin = [
        SaliencyScores(
            size_bin=column,
            images=int(np.count_nonzero(means.there[c])),
            objects=int(means.objects[c]),
            scores=named_scores(SCORE_NAMES, scores[:, c, 0]),
        )
        for c, column in enumerate(means.columns)
    ]
    return SaliencyResult(
        images=len(measured.images),
        overall=overall,
        bins=tuple(by_bin),
        classes=(ClassScores.of(CLASS, [overall, *by_bin]),),
        notes=(*notes, *_empty_note(measured)),
        measured=measured,
    )


def saliency_table(result: SaliencyResult) -> str:
    """Return the scores in %, images and objects as text; a column per bin and for all sizes."""
    rows = [
        *score_rows(result, TITLES, NOTHING, INDENT),
        ['images', *(str(scores.images) for scores in result.columns)],
        ['objects', *(str(scores.objects) for scores in result.columns)],
    ]
    head = f'salient objects in % {describe_saliency(result)}'
    return '\n'.join([table_text(head, rows, result), *result.notes])


def describe_saliency(result: SaliencyResult) -> str:
    """Return how a result was scored: ``by size (area) of ...``."""
    size = describe_size(result, 'area')
    return (
        f'by size ({size}) of all that is salient in an image, for SI scores of each object; '
        f'beta^2 = 0.3; {result.images} images'
    )


def _empty_note(measured: SaliencySet) -> list[str]:
    empty = int(np.count_nonzero(measured.salient == 0))
    if not empty:
        return []
    return [f'{empty} images have no salient object: they count in the column of all only']
