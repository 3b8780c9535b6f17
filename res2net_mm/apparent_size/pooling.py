"""Score all zooms of a test set together, by the size that the network sees: apparent size.

Each image counts as a different one at each zoom, and objects and detections have the area that
they have in the network's input. IoU does not change with the zoom, so nothing is compared anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from res2net_mm.evaluation.detection.average_precision import AveragePrecision
from res2net_mm.evaluation.detection.matches import Matches
from res2net_mm.evaluation.detection.objects import (
    TruthArrays,
    place_in_run,
    sort_detections,
)
from res2net_mm.evaluation.detection.overlaps import Pairs
from res2net_mm.evaluation.size_bins import ALL, SizeBin, make_bins

SMALLEST = 2.0  # px, the lower end of the first octave
MOST_OBJECTS = 1 << 20  # of an image, for numbers that tell all objects of a set apart


@dataclass(frozen=True, eq=False)
class View:
    """A test set at one zoom: its matches, and what a px^2 of each image became.

    The ``source`` of an object in pooled matches tells it apart from the others of the set, and is
    the same in every view.

    Attributes:
        matches: Of the images that were run.
        enlargement: (N,) area in the network's input of a px^2 of each of ``matches.image_ids``;
            nan for an image that was not run, whose objects do not count.
    """

    matches: Matches
    enlargement: np.ndarray


def pool_views(views: Sequence[View], bins: Sequence[SizeBin]) -> Matches:
    """Return the matches of all views together, in bins of apparent size.

    The images of view v are numbered from v times the number of images; every view numbers them as
    the image ids of all views are in order of their first view.

    Args:
        views: The test set at each zoom.
        bins: By ``side`` in px of the network's input.
    """
    ids = list(dict.fromkeys(i for view in views for i in view.matches.image_ids))
    place = {image_id: index for index, image_id in enumerate(ids)}
    truths, founds, pairs = [], [], []
    objects = detections = 0
    for v, view in enumerate(views):
        of_image = np.array([place[i] for i in view.matches.image_ids]) + v * len(ids)
        truth, found = view.matches.truth, view.matches.found
        enlarged = view.enlargement[truth.image]
        # Annotations are counted anew at a zoom without some images; within an image they are not.
        by_image = np.argsort(truth.image, kind='stable')
        within = np.empty(len(truth), dtype=np.int64)
        within[by_image] = place_in_run(truth.image[by_image])
        truths.append(
            replace(
                truth,
                image=of_image[truth.image],
                source=(of_image[truth.image] % len(ids)) * MOST_OBJECTS + within,
                area=np.where(np.isnan(enlarged), truth.area, truth.area * enlarged),
                ignored=truth.ignored | np.isnan(enlarged),
            )
        )
        area = found.area * view.enlargement[found.image]
        founds.append(replace(found, image=of_image[found.image], area=area, rle=None))
        of = view.matches.pairs
        pairs.append(Pairs(of.found + detections, of.truth + objects, of.iou))
        objects, detections = objects + len(truth), detections + len(found)

    found = sort_detections(
        *(
            np.concatenate([getattr(part, name) for part in founds])
            for name in ('image', 'category', 'score', 'box', 'area')
        ),
        source=np.arange(detections),
        rle=None,
        most=np.inf,
    )
    moved = np.empty(detections, dtype=np.int64)
    moved[found.source] = np.arange(detections)
    of_found = moved[np.concatenate([of.found for of in pairs])]
    of_truth = np.concatenate([of.truth for of in pairs])
    order = np.lexsort((of_truth, of_found))
    iou = np.concatenate([of.iou for of in pairs])[order]
    truth = TruthArrays(
        **{
            name: np.concatenate([getattr(part, name) for part in truths])
            for name in TruthArrays.__dataclass_fields__
        }
    )
    first = views[0].matches
    return Matches(
        protocol=first.protocol,
        image_ids=[(v, i) for v in range(len(views)) for i in ids],
        image_areas=np.full(len(views) * len(ids), np.nan),
        categories=first.categories,
        columns=(SizeBin(ALL), *bins),
        max_dets=first.max_dets,
        truth=truth,
        found=found,
        pairs=Pairs(of_found[order], of_truth[order], iou),
    )


def apparent_sides(views: Sequence[View]) -> np.ndarray:
    """Return the size of every object that counts, in each view, in px of the network's input."""
    sides = []
    for view in views:
        truth = view.matches.truth
        areas = truth.area[~truth.ignored] * view.enlargement[truth.image[~truth.ignored]]
        sides.append(np.sqrt(areas[areas > 0]))
    return np.concatenate(sides)


def octaves(sides: np.ndarray) -> tuple[SizeBin, ...]:
    """Return bins of one octave each, named by their limits in px, that hold sizes in px.

    Sizes below ``SMALLEST`` have no bin.
    """
    if not (sides >= SMALLEST).any():
        return ()
    low = np.floor(np.log2(max(sides.min(), SMALLEST)))
    high = max(np.ceil(np.log2(sides.max())), low + 1)
    edges = (2.0 ** np.arange(low, high + 1)).tolist()
    named = [(f'{a:g}-{b:g}', a, b) for a, b in pairwise(edges)]
    return make_bins(named, by='side')


class PooledScores(AveragePrecision):
    """Score pooled matches; drawing an image draws it at every zoom."""

    def __init__(self, matches: Matches, views: int) -> None:
        super().__init__(matches)
        self.views = views
        self.images //= views

    def class_scores(self, weights: np.ndarray | None = None) -> np.ndarray:
        """Return what the base class does, for (W, N) weights on the images of one view."""
        return super().class_scores(None if weights is None else np.tile(weights, self.views))
