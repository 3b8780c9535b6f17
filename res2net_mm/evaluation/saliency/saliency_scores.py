"""Scores of saliency maps in size bins, from the measures of all images."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from res2net_mm.evaluation.result import ImageScores
from res2net_mm.evaluation.saliency.curves import f_measure
from res2net_mm.evaluation.saliency.saliency_set import SaliencySet
from res2net_mm.evaluation.size_bins import ALL, SizeBin

CLASS = 'salient object'
Curves = Mapping[str, np.ndarray]  # (..., 256) means over images, by name


@dataclass(frozen=True)
class SaliencyScore:
    """One row of the table.

    Attributes:
        name: In the table, in files and of the metric value.
        of: Returns the score from mean curves; None for the mean of a value of each image.
        lower: Whether lower is better.
    """

    name: str
    of: Callable[[Curves], np.ndarray] | None = None
    lower: bool = False


#: The rows of the table. A row that is added here is scored, saved, drawn and compared.
SCORES = (
    SaliencyScore('maxF', lambda curves: curves['f'].max(axis=-1)),
    SaliencyScore('meanF'),
    SaliencyScore('adpF'),
    SaliencyScore(
        'maxF_PR',
        lambda curves: f_measure(curves['precision'], curves['recall']).max(axis=-1),
    ),
    SaliencyScore('MAE', lower=True),
    SaliencyScore('S'),
    SaliencyScore('maxE', lambda curves: curves['e'].max(axis=-1)),
    SaliencyScore('meanE'),
    SaliencyScore('adpE'),
    SaliencyScore('SI_maxF'),
    SaliencyScore('SI_meanF'),
    SaliencyScore('SI_adpF'),
    SaliencyScore('SI_MAE', lower=True),
)
SCORE_NAMES = tuple(score.name for score in SCORES)


@dataclass(frozen=True, eq=False)
class SaliencyMeans(ImageScores):
    """What is averaged over images: curves, and values by column.

    Attributes:
        curves: (N, 256) by name.
        there: (C, N) bool, which images count in the curves of a column.
        values: (C, N) by name of the score; nan where an image does not count.
        objects: (C,) number of objects.
    """

    names = SCORE_NAMES
    categories = (CLASS,)
    lower = frozenset(score.name for score in SCORES if score.lower)
    at_once = 50

    curves: Curves
    there: np.ndarray
    values: Mapping[str, np.ndarray]
    objects: np.ndarray
    columns: tuple[SizeBin, ...]
    images: int

    def class_scores(self, weights: np.ndarray | None = None) -> np.ndarray:
        weights = np.ones((1, self.images)) if weights is None else weights
        scores = np.full((len(weights), len(SCORES), len(self.columns), 1), np.nan)
        for c in range(len(self.columns)):
            means = {name: _mean(weights, c_, self.there[c]) for name, c_ in self.curves.items()}
            for s, score in enumerate(SCORES):
                if score.of is None:
                    values = self.values[score.name][c]
                    scores[:, s, c, 0] = _mean(weights, values, ~np.isnan(values))
                else:
                    scores[:, s, c, 0] = score.of(means)
        return scores

    def class_objects(self) -> np.ndarray:
        # What is salient in an image counts as one.
        return np.count_nonzero(self.there, axis=1)[:, None]


def average(measured: SaliencySet, bins: Sequence[SizeBin]) -> SaliencyMeans:
    """Return what is averaged in the columns: all images, then ``bins``.

    An image lies in the bin of its salient pixels, for the size-invariant scores in the bins of its
    objects. One without salient pixels counts in the column of all only.
    """
    columns = (SizeBin(ALL), *bins)
    f = f_measure(measured.precision, measured.recall)
    there, objects = [], []
    values: dict[str, list[np.ndarray]] = {score.name: [] for score in SCORES if score.of is None}
    plain = {
        'meanF': f.mean(axis=1),
        'adpF': measured.adaptive_f,
        'MAE': measured.error,
        'S': measured.structure,
        'meanE': measured.e_curve.mean(axis=1),
        'adpE': measured.adaptive_e,
    }
    for c, column in enumerate(columns):
        inside = (measured.salient > 0) & column.holds(measured.salient, measured.area)
        there.append(inside if c else np.ones(len(measured.images), bool))
        held = column.holds(measured.object_area, measured.area[measured.object_image])
        objects.append(np.count_nonzero(held))
        for name, of_images in plain.items():
            values[name].append(np.where(there[-1], of_images, np.nan))
        for name, of_images in _size_invariant(measured, held).items():
            if not c:  # without objects there is the plain error, and nothing is found
                of_images = np.where(
                    measured.salient > 0, of_images, measured.error if name == 'SI_MAE' else 0.0
                )
            values[name].append(of_images)
    return SaliencyMeans(
        curves=dict(f=f, precision=measured.precision, recall=measured.recall, e=measured.e_curve),
        there=np.stack(there),
        values={name: np.stack(of_columns) for name, of_columns in values.items()},
        objects=np.array(objects),
        columns=columns,
        images=len(measured.images),
    )


def _size_invariant(measured: SaliencySet, held: np.ndarray) -> dict[str, np.ndarray]:
    """Return the means over the objects that are ``held``, (N,) by score; nan for none."""
    image, images = measured.object_image[held], len(measured.images)
    count = np.bincount(image, minlength=images)

    def total(of_objects: np.ndarray) -> np.ndarray:
        return np.where(count, np.bincount(image, of_objects[held], minlength=images), np.nan)

    ratio = measured.background_ratio
    around = ratio * measured.background_error
    each = np.maximum(count, 1)
    return {
        'SI_maxF': total(measured.object_max_f) / each,
        'SI_meanF': total(measured.object_mean_f) / each,
        'SI_adpF': total(measured.object_adaptive_f) / each,
        'SI_MAE': (around + total(measured.object_error)) / (ratio + each),
    }


def _mean(weights: np.ndarray, values: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Return the (W, ...) means of (N, ...) values over the images that are there; nan for none."""
    weights = weights[:, there]
    count = weights.sum(axis=1)
    with np.errstate(invalid='ignore', divide='ignore'):
        return ((weights @ values[there]).T / count).T
