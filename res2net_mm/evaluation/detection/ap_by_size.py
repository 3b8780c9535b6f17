"""AP and AR of detections by object size, by the rules of COCO or VOC.

Every number that pycocotools has is the same here. Added are bins of one's own, the count of
ground truth in each bin, and None instead of -1 where there is nothing to find.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from res2net_mm.errors import UserError, argument, check_choice
from res2net_mm.evaluation.detection.average_precision import SCORES, AveragePrecision, Scores
from res2net_mm.evaluation.detection.coco.detections import (
    IOU_TYPES,
    Results,
    read_detections,
    read_results,
)
from res2net_mm.evaluation.detection.coco.ground_truth import GroundTruth, read_ground_truth
from res2net_mm.evaluation.detection.coco.truth_arrays import image_areas, truth_arrays
from res2net_mm.evaluation.detection.errors.error_kinds import LEAST_IOU
from res2net_mm.evaluation.detection.errors.error_result import error_result
from res2net_mm.evaluation.detection.keypoints import (
    COCO_SIGMAS,
    MAX_DETS,
    check_sigmas,
    oks_pairs,
    points_of,
)
from res2net_mm.evaluation.detection.matches import Matches
from res2net_mm.evaluation.detection.overlaps import overlapping_pairs
from res2net_mm.evaluation.detection.protocols import check_max_dets, find_protocol
from res2net_mm.evaluation.detection.size_result import BinScores, SizeResult
from res2net_mm.evaluation.result import ClassScores
from res2net_mm.evaluation.size_bins import ALL, SizeBin, make_bins


def evaluate_by_size(
    ground_truth: str | Path | Mapping | GroundTruth,
    detections: str | Path | Sequence[Mapping] | Results,
    *,
    iou_type: str = 'bbox',
    bins: Iterable | None = None,
    bins_by: str = 'area',
    area_of: str = 'annotation',
    protocol: str = 'coco',
    max_dets: Sequence[float] | None = None,
    sigmas: Sequence[float] | None = None,
    on_error: str = 'stop',
    errors: bool = False,
    progress: bool = False,
) -> SizeResult:
    """Score detections overall, per size bin and per class.

    Args:
        ground_truth: COCO annotation file, the dict it holds, or what ``read_ground_truth`` made.
        detections: COCO results file or list, or what ``read_results`` made.
        iou_type: ``bbox``, ``segm`` or ``keypoints``, where the overlap is the object keypoint
            similarity (OKS), and objects without labelled keypoints are ignored.
        bins: Size bins as :func:`make_bins` takes them; None for COCO's small, medium, large.
        bins_by: What the limits of the bins measure: ``area``, ``side``, ``relative-area`` or
            ``relative-side``.
        area_of: The area of an object: as the ``annotation`` has it, of the ``mask``, or of the
            ``box``. For a detection it decides only whether one that matches nothing is held
            against a bin; ``annotation`` then means, as in pycocotools, its box where the results
            have boxes, else its mask.
        protocol: ``coco``; ``voc07`` or ``voc12`` for VOC's 11 points or area under the curve at
            IoU 0.5, where every ``iscrowd`` object is ignored as VOC ignores difficult ones.
        max_dets: Detections per image and class that count, in rising order; AP is for the last.
            None for the protocol's own: 1, 10, 100 for COCO (20 for keypoints), no limit for VOC.
        sigmas: The spread of each keypoint as a share of the object's size, for OKS; None for
            COCO's 17 keypoints of a person.
        on_error: What to do about detections or objects that cannot be scored: ``stop`` refuses
            them, ``skip`` leaves them out; either says what and how many.
        errors: Whether to find what each kind of error costs, too.
        progress: Whether to show progress.

    Raises:
        UserError: If the input cannot be read or does not fit together; a line for each fault.
    """
    check_choice('iou_type', iou_type, IOU_TYPES)
    rules = find_protocol(protocol)
    if iou_type == 'keypoints':
        if rules.name != 'coco':
            raise UserError(f'keypoints are scored by the rules of COCO, not by {protocol}')
        if errors:
            raise UserError(f'{argument("errors", True)} is for boxes and masks, not for keypoints')
        max_dets = MAX_DETS if max_dets is None else max_dets
    limits = check_max_dets(max_dets, rules)
    columns = (SizeBin(ALL), *make_bins(bins, bins_by))
    truth = read_ground_truth(ground_truth)
    image_ids = [image['id'] for image in truth.images]
    with suppress(TypeError):  # numbers and names mixed
        # pycocotools' order, which decides between detections of equal score.
        image_ids = sorted(image_ids)
    areas = image_areas(truth, image_ids)
    _check_image_sizes(areas, image_ids, iou_type, columns)

    objects, shapes, truth_lines = truth_arrays(
        truth, iou_type, image_ids, area_of=area_of, crowds=rules.second_choice, on_error=on_error
    )
    results = read_results(detections)
    found, lines = read_detections(
        results,
        truth,
        iou_type,
        image_ids=image_ids,
        most=limits[-1],
        area_of=area_of,
        on_error=on_error,
    )
    compare = None
    if iou_type == 'keypoints':
        labelled = [truth.annotations[index] for index in objects.source]
        predicted = [results.entries[index] for index in found.source]
        spread = check_sigmas(sigmas, _keypoints_in([*labelled, *predicted]))
        compare = partial(oks_pairs, labelled, objects.area, predicted, spread)
    near = None
    if errors:
        near = overlapping_pairs(
            objects, found, LEAST_IOU, shapes=shapes, all_classes=True, progress=progress
        )
        same = objects.category[near.truth] == found.category[near.found]
        pairs = near.of(same & (near.iou >= rules.ious[0]))
    else:
        pairs = overlapping_pairs(
            objects, found, rules.ious[0], shapes=shapes, compare=compare, progress=progress
        )
    matches = Matches(
        protocol=rules,
        image_ids=image_ids,
        image_areas=areas,
        categories=tuple(str(category['name']) for category in truth.categories),
        columns=columns,
        max_dets=limits,
        truth=objects,
        found=replace(found, rle=None),
        pairs=pairs,
        near=near,
    )
    result = result_of(
        matches,
        iou_type=iou_type,
        area_of=truth.area_of if area_of == 'annotation' else area_of,
        notes=(*truth.notes, *truth_lines, *lines),
    )
    return replace(result, errors=error_result(matches, iou_type=iou_type)) if errors else result


def result_of(
    matches: Matches, *, iou_type: str, area_of: str, notes: Sequence[str] = ()
) -> SizeResult:
    """Return the scores of matches; for other bins give ``matches.in_bins(...)``."""
    scores = AveragePrecision(matches)()
    overall, *bins = _columns(matches, scores, slice(None))
    return SizeResult(
        iou_type=iou_type,
        area_of=area_of,
        images=len(matches.image_ids),
        detections=len(matches.found),
        overall=overall,
        bins=tuple(bins),
        classes=tuple(
            ClassScores.of(name, _columns(matches, scores, slice(k, k + 1)))
            for k, name in enumerate(matches.categories)
        ),
        notes=tuple(notes),
        protocol=matches.protocol.name,
        matches=matches,
    )


def _columns(matches: Matches, scores: Scores, classes: slice) -> list[BinScores]:
    """Return the scores in every column, each a mean over thresholds and some classes."""
    values = {score.name: score.of(scores, matches.protocol.ious) for score in SCORES}
    return [
        BinScores(
            size_bin=size_bin,
            boxes=int(scores.objects[a, classes].sum()),
            scores={name: _mean(of_all[a, :, classes]) for name, of_all in values.items()},
            ar={n: _mean(scores.recall[a, :, classes, m]) for m, n in enumerate(matches.max_dets)},
        )
        for a, size_bin in enumerate(matches.columns)
    ]


def _check_image_sizes(
    areas: np.ndarray, image_ids: Sequence, iou_type: str, columns: Sequence[SizeBin]
) -> None:
    why = argument('iou_type', 'segm') if iou_type == 'segm' else None
    if any(column.relative for column in columns):
        why = 'a bin relative to the image'
    unknown = [i for i, area in zip(image_ids, areas, strict=True) if not area > 0]
    if why and unknown:
        raise UserError(
            f'{why} needs the height and width of every image: {len(unknown)} of {len(areas)} '
            f'have none, the first is image {unknown[0]}'
        )


def _keypoints_in(entries: Iterable[Mapping[str, Any]]) -> int:
    """Return the number of keypoints that all objects and detections have; none has 0."""
    counts = {len(points) for points in map(points_of, entries) if points is not None}
    if len(counts) > 1:
        raise UserError(
            'objects and detections need the same keypoints, and there are some with '
            f'{" and ".join(map(str, sorted(counts)))} of them'
        )
    return next(iter(counts), len(COCO_SIGMAS))


def _mean(values: np.ndarray) -> float | None:
    values = values[~np.isnan(values)]
    return float(values.mean()) if values.size else None
