"""Detections as a COCO results list, checked against the ground truth they belong to."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from res2net_mm.errors import UserError
from res2net_mm.evaluation.coco_ground_truth import GroundTruth, read_json

IOU_TYPES = ('bbox', 'segm')


def read_detections(
    source: str | Path | Sequence[Mapping], ground_truth: GroundTruth, iou_type: str
) -> list[dict]:
    """A copy of the detections, ready for pycocotools; an empty list is fine.

    Args:
        source: COCO results file, or the list it holds: ``image_id``, ``category_id``, ``score``
            and ``bbox`` [x, y, width, height] or ``segmentation`` (compressed RLE).
        ground_truth: What they will be compared with.
        iou_type: ``bbox`` or ``segm``.

    Raises:
        UserError: If a detection lacks a field, has a score or box that is not a number, or refers
            to an image or category that the ground truth does not have; with the count.
    """
    name = str(source) if isinstance(source, (str, Path)) else 'the detections'
    entries = read_json(source) if isinstance(source, (str, Path)) else source
    if isinstance(entries, Mapping) or not isinstance(entries, Sequence):
        raise UserError(f'{name} must be a COCO results list, got {type(entries).__name__}')

    shape = {'bbox': 'bbox', 'segm': 'segmentation'}[iou_type]
    for field in ('image_id', 'category_id', 'score', shape):
        _refuse(name, entries, f'have no {field!r}', lambda d, field=field: d.get(field) is None)
    images = {image['id']: image for image in ground_truth.images}
    category_ids = {category['id'] for category in ground_truth.categories}
    _refuse(
        name,
        entries,
        'refer to an image that is not in the ground truth',
        lambda d: d['image_id'] not in images,
    )
    _refuse(
        name,
        entries,
        'refer to a category that is not in the ground truth',
        lambda d: d['category_id'] not in category_ids,
    )
    _refuse(
        name,
        entries,
        'have a score that is not a finite number',
        lambda d: not math.isfinite(d['score']),
    )
    if iou_type == 'bbox' or any('bbox' in d for d in entries):
        # pycocotools takes the area of every detection from its box if the first one has a box.
        _refuse(
            name,
            entries,
            'have a box that is not four finite numbers [x, y, width, height]',
            lambda d: len(d.get('bbox') or ()) != 4 or not all(map(math.isfinite, d['bbox'])),
        )
    else:
        _refuse(
            name,
            entries,
            'have a segmentation that is not a compressed RLE {size, counts}',
            lambda d: (
                not isinstance(d['segmentation'], Mapping)
                or not isinstance(d['segmentation'].get('counts'), (str, bytes))
            ),
        )
        _refuse(
            name,
            entries,
            'have a mask of another size than their image',
            lambda d: list(d['segmentation']['size']) != _size(images[d['image_id']]),
        )
    return [dict(entry) for entry in entries]


def _size(image: Mapping) -> list[int]:
    return [image['height'], image['width']]


def _refuse(name: str, entries: Sequence[Mapping], what: str, is_bad) -> None:
    bad = [index for index, entry in enumerate(entries) if is_bad(entry)]
    if bad:
        first = {k: v for k, v in entries[bad[0]].items() if k != 'segmentation'}
        raise UserError(f'{name}: {len(bad)} of {len(entries)} {what}; the first is {first}')
