"""Score all zooms of a test set together, by the size that the network sees: apparent size.

Each image counts as a different one at each zoom, and objects and detections have the area that
they have in the network's input. IoU does not change with the zoom, so nothing is compared anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from dataclasses import fields as dataclass_fields
from itertools import pairwise

import numpy as np

from res2net_mm.evaluation.detection.errors import ErrorResult, error_result
from res2net_mm.evaluation.detection.matches import Matches
from res2net_mm.evaluation.detection.objects import (
    TruthArrays,
    place_in_run,
    sort_detections,
)
from res2net_mm.evaluation.detection.overlaps import Pairs
from res2net_mm.evaluation.result import ImageScores
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
    truths, founds = [], []
    pairs: list[Pairs] = []
    near: list[Pairs] = []  # of all classes, for the kinds of errors
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
        pairs.append(_shifted(view.matches.pairs, detections, objects))
        if view.matches.near is not None:
            near.append(_shifted(view.matches.near, detections, objects))
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
    names = [name for name in TruthArrays.__dataclass_fields__ if name != 'unlabelled']
    truth = TruthArrays(
        **{name: np.concatenate([getattr(part, name) for part in truths]) for name in names}
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
        pairs=_joined(pairs, moved),
        near=_joined(near, moved) if len(near) == len(views) else None,
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


class PooledScores(ImageScores):
    """Scores of pooled matches; drawing an image draws it at every zoom.

    Args:
        scores: What scores the matches, where an image at another zoom is another image.
        views: How many zooms were pooled.
    """

    def __init__(self, scores: ImageScores, views: int) -> None:
        self.scores, self.views = scores, views
        self.names, self.columns, self.categories = scores.names, scores.columns, scores.categories
        self.images = scores.images // views
        self.at_once = scores.at_once

    def class_scores(self, weights: np.ndarray | None = None) -> np.ndarray:
        """Return (W, S, C, K) scores for (W, N) weights on the images of one view."""
        return self.scores.class_scores(None if weights is None else np.tile(weights, self.views))

    def class_objects(self) -> np.ndarray:
        """Return the (C, K) numbers of objects, each at each zoom."""
        return self.scores.class_objects()


@dataclass(frozen=True, kw_only=True)
class PooledErrors(ErrorResult):
    """What errors cost in pooled matches; drawing an image draws it at every zoom."""

    views: int

    def image_scores(self) -> PooledScores:
        return PooledScores(self.costs, self.views)


def pooled_errors(matches: Matches, views: int, *, iou_type: str) -> PooledErrors:
    """Return what each kind of error costs in the pooled matches of so many views."""
    result = error_result(matches, iou_type=iou_type)
    fields = {f.name: getattr(result, f.name) for f in dataclass_fields(result)}
    return PooledErrors(**{**fields, 'images': result.images // views}, views=views)


def _shifted(pairs: Pairs, detections: int, objects: int) -> Pairs:
    """Return pairs whose detections and objects are numbered from these on."""
    return Pairs(pairs.found + detections, pairs.truth + objects, pairs.iou)


def _joined(parts: Sequence[Pairs], moved: np.ndarray) -> Pairs:
    """Return pairs in order, ``moved`` the new number of each detection."""
    found = moved[np.concatenate([part.found for part in parts])]
    truth = np.concatenate([part.truth for part in parts])
    order = np.lexsort((truth, found))
    return Pairs(found[order], truth[order], np.concatenate([part.iou for part in parts])[order])
