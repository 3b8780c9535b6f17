"""Top-1 and top-5 accuracy by size, as data and as a table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from res2net_mm.errors import UserError
from res2net_mm.evaluation.classification.classified_images import ImageAnswers
from res2net_mm.evaluation.result import (
    ColumnScores,
    ImageScores,
    Result,
    ScoreOf,
    describe_size,
    named_scores,
    score_rows,
    table_text,
)
from res2net_mm.evaluation.size_bins import ALL, SizeBin, make_bins

SCORES = {'top-1': 1, 'top-5': 5}  # name -> how many answers may hold the true class
NO_IMAGES = 'no images'


@dataclass(frozen=True, kw_only=True)
class AccuracyScores(ColumnScores):
    """Accuracy in one size bin, or of all images."""

    images: int

    top1 = ScoreOf('top-1')
    top5 = ScoreOf('top-5')  # None where there are five classes or fewer

    @property
    def counts(self) -> dict[str, int]:
        return {'images': self.images}


@dataclass(frozen=True, kw_only=True)
class AccuracyResult(Result[AccuracyScores]):
    """Accuracy of one classifier; ``overall`` is the share of all images, whatever their class.

    Attributes:
        classified: What it was computed from; takes no part in equality and in the JSON file.
    """

    classified: ImageAnswers = field(compare=False, repr=False)

    def image_scores(self) -> 'RightAnswers':
        return right_answers(self.classified, self.size_bins)

    def agreement(self, other: 'AccuracyResult') -> dict[str, bool]:
        a, b = self.classified, other.classified
        return {
            'bins': self.size_bins == other.size_bins,
            'classes': a.classes == b.classes,
            # Names may differ: the same images may lie in another place.
            'images': np.array_equal(a.truth, b.truth),
            'sizes of objects': np.array_equal(a.size, b.size, equal_nan=True),
        }


class RightAnswers(ImageScores):
    """Which images are right, and in which columns they count.

    Args:
        right: (R, S) bool by answer and score.
        counted: (R, C) bool by answer and column.
        image: (R,) index of the image that an answer is about, 0 to N - 1.
        columns: The columns, that of all sizes first.
        names: Names of the scores.
    """

    categories = ()
    at_once = 100

    def __init__(
        self,
        right: np.ndarray,
        counted: np.ndarray,
        image: np.ndarray,
        columns: Sequence[SizeBin],
        names: Sequence[str],
    ) -> None:
        self.names, self.columns = tuple(names), tuple(columns)
        self.images = int(image.max()) + 1
        self.counted = np.zeros((self.images, len(self.columns)))  # (N, C) answers that count
        np.add.at(self.counted, image, counted)
        hits = (right[:, :, None] & counted[:, None, :]).reshape(len(right), -1)
        self.hits = np.zeros((self.images, hits.shape[1]))  # (N, S * C) those that are right
        np.add.at(self.hits, image, hits)

    def class_scores(self, weights: np.ndarray | None = None) -> np.ndarray:
        """Return (W, S, C, 1) shares of right images; classes are not told apart."""
        if weights is None:
            weights = np.ones((1, self.images), np.int32)
        counts = weights @ self.counted  # (W, C)
        hits = (weights @ self.hits).reshape(len(weights), len(self.names), -1)
        shares = np.full(hits.shape, np.nan)
        np.divide(hits, counts[:, None], out=shares, where=counts[:, None] > 0)
        return shares[..., None]

    def class_objects(self) -> np.ndarray:
        return self.counted.sum(0).astype(np.int64)[:, None]


def right_answers(images: ImageAnswers, bins: Sequence[SizeBin]) -> RightAnswers:
    """Return which images are right, in bins of their object's size."""
    names = [name for name, k in SCORES.items() if k == 1 or k < len(images.classes)]
    right = np.stack([images.rank < SCORES[name] for name in names], axis=1)
    columns = (SizeBin(ALL, by=bins[0].by if bins else 'side'), *bins)
    counted = [np.ones(len(images), bool)]
    with np.errstate(invalid='ignore'):  # an unknown size lies in no bin
        counted += [size_bin.holds(images.size**2) for size_bin in bins]
    # An image at several sizes (``name@size``) is drawn as one.
    files = np.char.partition(images.images, '@')[:, 0]
    _, image = np.unique(files, return_inverse=True)
    return RightAnswers(right, np.stack(counted, axis=1), image, columns, names)


def score_classified(
    images: ImageAnswers,
    *,
    bins: Iterable | None = None,
    bins_by: str = 'side',
    notes: Iterable[str] = (),
) -> AccuracyResult:
    """Return the accuracy of a classifier, by size where sizes of objects are known.

    Args:
        images: What it said of each image.
        bins: Size bins as ``make_bins`` takes them; None for COCO's three where sizes are known,
            else for none.
        bins_by: What the limits of the bins measure: ``side`` or ``area`` in px.
        notes: Notes to keep with the result.

    Raises:
        UserError: If the bins cannot be read.
    """
    known = ~np.isnan(images.size).all()
    made = make_bins(bins, bins_by) if bins is not None or known else ()
    if any(size_bin.relative for size_bin in made):
        raise UserError('sizes of objects of a classifier are in px: bins by side or area')
    answers = right_answers(images, made)
    shares, counts = answers.class_scores()[0, :, :, 0], answers.class_objects()[:, 0]
    overall, *by_bin = [
        AccuracyScores(
            size_bin=column,
            images=int(counts[c]),
            scores=dict.fromkeys(SCORES) | named_scores(answers.names, shares[:, c]),
        )
        for c, column in enumerate(answers.columns)
    ]
    return AccuracyResult(
        images=len(images),
        overall=overall,
        bins=tuple(by_bin),
        classes=(),
        notes=tuple(notes),
        classified=images,
    )


def accuracy_table(result: AccuracyResult) -> str:
    """Return the accuracy in % as text; a column per bin and one for all images."""
    shown = {name: name for name in SCORES if result.overall.scores[name] is not None}
    head, limits, *scores = score_rows(result, shown, NO_IMAGES)
    rows = [
        head,
        *([limits] if result.bins else []),
        *scores,
        ['images', *(str(column.images) for column in result.columns)],
    ]
    return table_text(f'accuracy in %{describe_accuracy(result)}', rows, result)


def describe_accuracy(result: AccuracyResult) -> str:
    """Return how a result was scored, to follow its name."""
    size = describe_size(result, 'area of the object')
    by = f' by apparent size ({size})' if result.bins else ''
    return f'{by}, {len(result.classified.classes)} classes, {result.images} images'


def scores_by_key(result: AccuracyResult) -> dict[str, Any]:
    """Return the scores in % by MMPretrain's names, ``top1``; bins as ``top1_<bin>``."""
    values = {}
    for column in (result.overall, *result.bins):
        end = '' if column is result.overall else f'_{column.size_bin.name}'
        for name, score in column.scores.items():
            if score is not None:
                values[name.replace('-', '') + end] = 100 * score
    return values
