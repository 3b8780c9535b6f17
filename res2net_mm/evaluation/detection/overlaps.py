"""Which detections overlap which ground-truth objects, and how much.

Only pairs of one image and category that overlap enough to match at all are kept: a few for each
object, where a full table would hold thousands of zeros.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pycocotools import mask as mask_api

from res2net_mm.evaluation.detection.objects import DetectionArrays, TruthArrays, place_in_run
from res2net_mm.progress import track

CHUNK = 1 << 20  # pairs compared together: bounds the memory on crowded images
# Objects that each detection may match: ``order[begin : begin + count]``.
Near = tuple[np.ndarray, np.ndarray, np.ndarray]
Parts = Iterator[tuple[np.ndarray, ...]]  # detection, object and overlap of pairs


@dataclass(frozen=True, eq=False)
class Pairs:
    """Overlapping pairs, (P,) each, by detection and then by object."""

    found: np.ndarray  # index of the detection
    truth: np.ndarray  # index of the object
    iou: np.ndarray  # intersection over union; for a crowd, over the detection's area

    def of(self, which: np.ndarray) -> 'Pairs':
        """Return some of the pairs, chosen by a (P,) bool array."""
        return Pairs(self.found[which], self.truth[which], self.iou[which])


def overlapping_pairs(
    truth: TruthArrays,
    found: DetectionArrays,
    least: float,
    *,
    shapes: Sequence[dict[str, Any]] | None = None,
    compare: Callable[[Near, Sequence[np.ndarray]], Parts] | None = None,
    all_classes: bool = False,
    progress: bool = False,
) -> Pairs:
    """Return all pairs of one image and category with an IoU of at least ``least``, above 0.

    ``shapes``, the compressed RLE of every object, compares masks; ``compare`` is called to compare
    something else, with groups of detections of one image and category; neither compares boxes.
    ``all_classes`` returns the pairs of different categories, too.
    """
    images = 1 + max(truth.image.max(initial=0), found.image.max(initial=0))
    apart = 0 if all_classes else images
    truth_key = truth.category.astype(np.int64) * apart + truth.image
    found_key = found.category.astype(np.int64) * apart + found.image
    order = np.argsort(truth_key, kind='stable')
    begin = np.searchsorted(truth_key[order], found_key, side='left')
    count = np.searchsorted(truth_key[order], found_key, side='right') - begin
    wanted = np.flatnonzero(count)
    near = order, begin, count
    parts: Parts
    if shapes is None and compare is None:
        parts = _box_pairs(truth, found, near, wanted, progress)
    else:
        wanted = wanted[np.argsort(found_key[wanted], kind='stable')]
        groups = np.split(wanted, np.flatnonzero(np.diff(found_key[wanted])) + 1)
        groups = [group for group in groups if len(group)]
        if compare is not None:
            parts = compare(near, groups)
        else:
            assert shapes is not None
            parts = _mask_pairs(truth, found, near, groups, shapes, progress)
    kept: list[np.ndarray] = [np.empty((3, 0))]
    for pairs in parts:
        kept.append(np.stack(pairs)[:, pairs[2] >= least])
    of_found, of_truth, iou = np.concatenate(kept, axis=1)
    by_found = np.lexsort((of_truth, of_found))
    return Pairs(
        of_found[by_found].astype(np.int64), of_truth[by_found].astype(np.int64), iou[by_found]
    )


def _box_pairs(
    truth: TruthArrays, found: DetectionArrays, near: Near, wanted: np.ndarray, progress: bool
) -> Parts:
    """Yield detection, object and IoU of all pairs, part by part, computed as in pycocotools."""
    order, begin, count = near
    part_of = np.cumsum(count[wanted]) // CHUNK
    parts = np.split(wanted, np.flatnonzero(np.diff(part_of)) + 1)
    for part in track(parts, 'comparing boxes', total=len(parts), shown=progress):
        f = np.repeat(part, count[part])
        t = order[np.repeat(begin[part], count[part]) + place_in_run(f)]
        a, b = found.box[f], truth.box[t]
        end = np.minimum(a[:, :2] + a[:, 2:], b[:, :2] + b[:, 2:])
        sides = end - np.maximum(a[:, :2], b[:, :2])
        shared = np.where((sides > 0).all(axis=1), sides[:, 0] * sides[:, 1], 0)
        area = a[:, 2] * a[:, 3]
        union = np.where(truth.crowd[t], area, area + b[:, 2] * b[:, 3] - shared)
        yield f, t, np.divide(shared, union, out=np.zeros_like(shared), where=shared > 0)


def _mask_pairs(
    truth: TruthArrays,
    found: DetectionArrays,
    near: Near,
    groups: Sequence[np.ndarray],
    shapes: Sequence[dict[str, Any]],
    progress: bool,
) -> Parts:
    """Yield the same for masks; a group is the detections of one image and category."""
    order, begin, count = near
    assert found.rle is not None
    for group in track(groups, 'comparing masks', total=len(groups), shown=progress):
        first = group[0]
        objects = order[begin[first] : begin[first] + count[first]]
        iou = mask_api.iou(
            list(found.rle[group]), [shapes[t] for t in objects], truth.crowd[objects].tolist()
        )
        yield np.repeat(group, len(objects)), np.tile(objects, len(group)), np.ravel(iou)
