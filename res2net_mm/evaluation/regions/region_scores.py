"""IoU, recall and boundary F of regions in size bins, from sums over images."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from res2net_mm.evaluation.regions.region_set import RegionSet
from res2net_mm.evaluation.result import ImageScores
from res2net_mm.evaluation.size_bins import ALL, SizeBin

Sums = Mapping[str, np.ndarray]


def _iou(sums: Sums) -> np.ndarray:
    iou = sums['hit'] / (sums['area'] + sums['false'])
    # Of all sizes (the first column) a class has an IoU if it is only predicted, as in mmseg.
    iou[..., 1:, :] = np.where(sums['regions'][..., 1:, :] > 0, iou[..., 1:, :], np.nan)
    return iou


def _recall(sums: Sums) -> np.ndarray:
    return sums['hit'] / sums['area']


def _boundary_f(sums: Sums) -> np.ndarray:
    completeness = sums['matched'] / sums['boundary']
    precision = sums['found_matched'] / sums['found_boundary']
    # Nothing predicted, or nothing near, is 0; no boundary in the ground truth is no score.
    both = completeness + precision
    found = np.where(both > 0, 2 * completeness * precision / both, 0)
    return np.where(sums['boundary'] > 0, found, np.nan)


@dataclass(frozen=True)
class RegionScore:
    """One row of the table by region size."""

    name: str  # in files and reports
    title: str  # in the table
    metric: str  # name of the metric value; mIoU and mAcc as in MMSegmentation
    of: Callable[[Sums], np.ndarray]  # returns (..., C, K) scores from sums by name


#: The rows of the table. A row that is added here is scored, saved, drawn and compared.
SCORES = (
    RegionScore('IoU', 'mIoU', 'mIoU', _iou),
    RegionScore('recall', 'mAcc (recall)', 'mAcc', _recall),
    RegionScore('BF', 'boundary F', 'mBF', _boundary_f),
)
SCORE_NAMES = tuple(score.name for score in SCORES)
# What is summed: of ground-truth regions, then of predicted ones.
SUMS = (
    *('regions', 'area', 'hit', 'boundary', 'matched'),
    *('false', 'found_boundary', 'found_matched'),
)


@dataclass(frozen=True, eq=False)
class RegionSums(ImageScores):
    """Sums over the regions of each image and class, a row for each pair that has any."""

    names = SCORE_NAMES
    at_once = 50

    image: np.ndarray  # (R,) index of the image
    category: np.ndarray  # (R,) index of the class
    values: np.ndarray  # (R, C, S) float64, of the C columns and the S sums of SUMS
    columns: tuple[SizeBin, ...]
    categories: tuple[str, ...]
    images: int

    def totals(self, weights: np.ndarray | None = None) -> np.ndarray:
        """Return (W, K, C, S) sums by class where images count as (W, N) weights; None for once."""
        weights = np.ones((1, self.images)) if weights is None else weights
        sums = np.zeros((len(weights), len(self.categories), *self.values.shape[1:]))
        for k in range(len(self.categories)):
            rows = self.category == k
            sums[:, k] = np.tensordot(weights[:, self.image[rows]], self.values[rows], axes=1)
        return sums

    def class_scores(self, weights: np.ndarray | None = None) -> np.ndarray:
        return scores_of(self.totals(weights))

    def class_objects(self) -> np.ndarray:
        return self.totals()[0, :, :, SUMS.index('regions')].T


def sum_regions(regions: RegionSet, bins: Sequence[SizeBin]) -> RegionSums:
    """Sum what is counted by image, class and column: all sizes, then ``bins``."""
    truth, found, classes = regions.truth, regions.found, len(regions.categories)
    keys = [
        regions.truth_image.astype(np.int64) * classes + truth.category,
        regions.found_image.astype(np.int64) * classes + found.category,
    ]
    pairs, inverse = np.unique(np.concatenate(keys), return_inverse=True)
    of_truth, of_found = np.split(inverse, [len(keys[0])])
    columns = (SizeBin(ALL), *bins)
    values = np.zeros((len(pairs), len(columns), len(SUMS)))
    for c, column in enumerate(columns):
        held = column.holds(truth.area, regions.image_areas[regions.truth_image])
        summed = (held, *(held * getattr(truth, name) for name in SUMS[1:5]))
        for s, counts in enumerate(summed):
            values[:, c, s] = np.bincount(of_truth, counts, minlength=len(pairs))
        share = _shares(regions, column, held)
        for s, name in enumerate(('false', 'boundary', 'matched'), start=5):
            counts = getattr(found, name)
            # The product first: where the share is one, the quotient is then exact.
            counted = counts * share[0] / share[1]
            values[:, c, s] = np.bincount(of_found, counted, minlength=len(pairs))
    return RegionSums(
        image=pairs // classes,
        category=pairs % classes,
        values=values,
        columns=columns,
        categories=regions.categories,
        images=len(regions.images),
    )


def _shares(regions: RegionSet, column: SizeBin, held: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the share of each predicted region that counts in a column, as a fraction."""
    founds = len(regions.found.area)
    if column.name == ALL:
        return np.ones(founds), np.ones(founds)
    pairs = regions.overlaps
    whole = np.bincount(pairs.found, pairs.pixels, minlength=founds)
    inside = np.bincount(pairs.found, pairs.pixels * held[pairs.truth], minlength=founds)
    alarm = column.holds(regions.found.area, regions.image_areas[regions.found_image])
    return np.where(whole, inside, alarm), np.where(whole, whole, 1)


def scores_of(totals: np.ndarray) -> np.ndarray:
    """Return the (..., S', C, K) scores of ``SCORES`` from (..., K, C, S) sums, nan for none."""
    sums = dict(zip(SUMS, np.moveaxis(totals.swapaxes(-3, -2), -1, 0), strict=True))  # (..., C, K)
    with np.errstate(invalid='ignore', divide='ignore'):
        return np.stack([score.of(sums) for score in SCORES], axis=-3)
