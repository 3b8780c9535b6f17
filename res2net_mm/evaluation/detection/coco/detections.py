"""COCO results as arrays, checked against their ground truth."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
from pycocotools import mask as mask_api

from res2net_mm.errors import UserError
from res2net_mm.evaluation.detection.coco.ground_truth import NO_BOX, GroundTruth, mask_areas
from res2net_mm.evaluation.detection.keypoints import NO_KEYPOINTS, box_around, points_of
from res2net_mm.evaluation.detection.objects import DetectionArrays, sort_detections
from res2net_mm.formats.findings import Faults
from res2net_mm.formats.finite_numbers import boxes, numbers
from res2net_mm.formats.mask_check import compressed_runs_fill
from res2net_mm.formats.text_file import read_json

IOU_TYPES = ('bbox', 'segm', 'keypoints')


@dataclass(frozen=True)
class Results:
    """A COCO results list.

    Attributes:
        name: Name of the list in messages, such as its file.
        entries: ``image_id``, ``category_id``, ``score`` and ``bbox`` [x, y, width, height] or
            ``segmentation`` (compressed RLE).
        from_file: Whether it was read from a file, which is expected not to be empty.
    """

    name: str
    entries: Sequence[Mapping[str, Any]]
    from_file: bool = True


def read_results(source: str | Path | Sequence[Mapping[str, Any]] | Results) -> Results:
    """Read a COCO results file, or take the list it holds.

    Raises:
        UserError: If it cannot be read or is not a list of objects.
    """
    if isinstance(source, Results):
        return source
    from_file = isinstance(source, (str, Path))
    name, entries = 'the detections', cast(Any, source)
    if isinstance(source, (str, Path)):
        name, entries = str(source), read_json(source)
    if isinstance(entries, (Mapping, str)) or not isinstance(entries, Sequence):
        raise UserError(f'{name} must be a COCO results list, got {type(entries).__name__}')
    if odd := [entry for entry in entries if not isinstance(entry, (dict, Mapping))]:
        raise UserError(
            f'{name}: {len(odd)} of {len(entries)} detections are not objects with image_id, '
            f'category_id and score; the first is {odd[0]!r:.80}'
        )
    return Results(name, entries, from_file)


def with_ids(results: Results, images: Mapping[Any, Any], categories: Mapping[Any, Any]) -> Results:
    """Return results with the ids that the mappings have in place of those in the entries."""
    entries = []
    for entry in results.entries:
        image, category = entry.get('image_id'), entry.get('category_id')
        if image.__hash__ and category.__hash__:  # others are refused where they are read
            image, category = images.get(image, image), categories.get(category, category)
            entry = {**entry, 'image_id': image, 'category_id': category}
        entries.append(entry)
    return replace(results, entries=entries)


def shapes_of_both(ground_truth: GroundTruth, results: Results) -> list[str]:
    """Return the IoU types that both have shapes for; ``bbox`` if there are no detections."""
    first = results.entries[0] if results.entries else {}
    shapes = ['bbox'] if first.get('bbox') else []
    if first.get('segmentation') and any(a.get('segmentation') for a in ground_truth.annotations):
        shapes.append('segm')
    if first.get('keypoints') and any(a.get('keypoints') for a in ground_truth.annotations):
        shapes = ['keypoints']  # the box is that which the keypoints were looked for in
    return shapes or ['bbox']


def read_detections(
    source: str | Path | Sequence[Mapping[str, Any]] | Results,
    ground_truth: GroundTruth,
    iou_type: str,
    *,
    image_ids: Sequence[Any] | None = None,
    most: float = math.inf,
    area_of: str = 'annotation',
    on_error: str = 'stop',
) -> tuple[DetectionArrays, tuple[str, ...]]:
    """Return detections as arrays, and notes about them; an empty list is fine.

    Args:
        source: Detections as :func:`read_results` takes them.
        ground_truth: Their ground truth.
        iou_type: ``bbox``, ``segm`` or ``keypoints``.
        image_ids: Order of the images; None for that of the ground truth.
        most: Detections per image and category that count.
        area_of: Area that is the size of a detection: of its ``box``, or (where there are masks)
            of its ``mask``; else of the box where the results have boxes, as in pycocotools.
        on_error: ``stop`` to refuse detections that cannot be scored, ``skip`` to leave them out.
            A box outside its image or with a negative side is refused by ``stop`` if a file has it;
            otherwise it is kept, as a detection that finds nothing.

    Raises:
        UserError: If the source cannot be read, or for what ``stop`` refuses, a line each, with
            counts.
    """
    results = read_results(source)
    name, entries = results.name, results.entries
    faults = Faults(name, 'detections', len(entries), on_error)
    if not entries and results.from_file and on_error == 'stop':
        raise UserError(f'{name} holds no detections; with on_error skip every score would be 0')

    def show(index: int) -> dict[str, Any]:
        return {key: value for key, value in entries[index].items() if key != 'segmentation'}

    shape = {'segm': 'segmentation'}.get(iou_type, iou_type)
    columns = {}
    for field in dict.fromkeys(('image_id', 'category_id', 'score', shape, 'bbox')):
        columns[field] = [entry.get(field) for entry in entries]
        if field in ('image_id', 'category_id', 'score', shape):
            faults.add([value is None for value in columns[field]], f'have no {field!r}', show)

    images = {image['id']: image for image in ground_truth.images}
    order = [*images] if image_ids is None else image_ids
    image = _places(columns['image_id'], order)
    category = _places(columns['category_id'], [c['id'] for c in ground_truth.categories])
    faults.add(image < 0, 'refer to an image that is not in the ground truth', show)
    faults.add(category < 0, 'refer to a category that is not in the ground truth', show)
    score = numbers(columns['score'])
    faults.add(~np.isfinite(score), 'have a score that is not a finite number', show)

    with_boxes = iou_type == 'bbox' or any(box is not None for box in columns['bbox'])
    box: np.ndarray = np.full((len(entries), 4), np.nan)
    if with_boxes:
        box = boxes(columns['bbox'])
        faults.add(np.logical_or.reduce(np.isnan(box), axis=1), NO_BOX, show)
        negative = (box[:, 2] < 0) | (box[:, 3] < 0)
        # One px of slack: boxes that were cut at the border and scaled end a hair beyond it.
        sizes = _image_sizes([images[i] for i in order])[image]
        beyond = (box[:, :2] > sizes + 1) | (box[:, :2] + box[:, 2:] < -1)
        outside = beyond[:, 0] | beyond[:, 1]
        # They can match nothing. What a model has just predicted does not stop a run.
        for bad, what in (
            (negative, 'have a negative width or height'),
            (outside, 'lie outside their image'),
        ):
            faults.add(bad, what, show, keep=True, stop=results.from_file)
    if iou_type == 'keypoints':
        faults.add([points_of(entry) is None for entry in entries], NO_KEYPOINTS, show)
    if iou_type == 'segm':
        _check_masks(columns['segmentation'], columns['image_id'], images, faults, show)

    kept, lines = faults.settle()
    if not len(kept):
        lines += (f'{name}: no detections to score, so every AP and AR is 0',)
    rle = None
    if iou_type == 'segm':
        rle = np.empty(len(kept), dtype=object)
        rle[:] = [columns['segmentation'][index] for index in kept]
    box = box[kept]
    if iou_type == 'keypoints' and not with_boxes:
        box = np.array([box_around(entries[index]) for index in kept]).reshape(-1, 4)
    box, area = _measure(box, rle, with_boxes, area_of)
    found = sort_detections(
        image[kept], category[kept], score[kept], box, area, source=kept, rle=rle, most=most
    )
    return found, lines


def _measure(
    box: np.ndarray, rle: np.ndarray | None, with_boxes: bool, area_of: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return boxes (those of the masks where the results have none) and areas."""
    if rle is not None and len(rle) and not with_boxes:
        box = mask_api.toBbox(list(rle))
    if rle is not None and (area_of == 'mask' or (area_of == 'annotation' and not with_boxes)):
        return box, mask_areas(rle)
    return box, box[:, 2] * box[:, 3]


def _places(values: Sequence[Any], ids: Iterable[Any]) -> np.ndarray:
    """Return the index in ``ids`` of each value, -1 where it is not there."""
    place = {identity: index for index, identity in enumerate(ids)}
    try:
        return np.fromiter((place.get(value, -1) for value in values), np.int64, len(values))
    except TypeError:  # a list or dict is no id
        return np.array([place.get(v, -1) if v.__hash__ else -1 for v in values], np.int64)


def _image_sizes(images: Iterable[Mapping[str, Any]]) -> np.ndarray:
    """Return (N + 1, 2) width and height, infinite where not known; the last is of no image."""
    sides = [[i.get('width', math.inf), i.get('height', math.inf)] for i in (*images, {})]
    return np.array(sides, dtype=float)


def _check_masks(
    masks: Sequence[Any],
    image_ids: Sequence[Any],
    images: Mapping[Any, Mapping],
    faults: Faults,
    show: Callable[[int], object],
) -> None:
    def is_rle(mask: object) -> bool:
        return isinstance(mask, (dict, Mapping)) and isinstance(mask.get('counts'), (str, bytes))

    odd = [not is_rle(mask) for mask in masks]
    faults.add(odd, 'have a segmentation that is not a compressed RLE {size, counts}', show)
    sizes = {identity: [image['height'], image['width']] for identity, image in images.items()}
    other = np.zeros(len(masks), dtype=bool)
    for index in np.flatnonzero(faults.usable).tolist():
        size = masks[index].get('size')
        other[index] = not isinstance(size, (list, tuple)) or list(size) != sizes[image_ids[index]]
    faults.add(other, 'have a mask of another size than their image', show)
    usable = np.flatnonzero(faults.usable)
    readable = compressed_runs_fill(
        [masks[index]['counts'] for index in usable], [masks[index]['size'] for index in usable]
    )
    unread = np.zeros(len(masks), dtype=bool)
    unread[usable] = ~readable
    faults.add(unread, 'have a mask whose runs do not fill their image', show)
