"""Ground truth in COCO layout, checked once, with an area for every object."""

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Integral
from pathlib import Path
from typing import Any

import numpy as np
from pycocotools import mask as mask_api

from res2net_mm.errors import UserError
from res2net_mm.formats.finite_numbers import finite_or_nan
from res2net_mm.formats.mask_check import compressed_runs_fill, is_polygon, runs_fill
from res2net_mm.formats.text_file import read_json

#: An annotation with this field (and iscrowd 1) is ignored as VOC ignores a difficult box, by the
#: usual IoU; overlap with a crowd is measured against the detection's area alone.
DIFFICULT = 'voc_difficult'

#: A fault of a box, of the ground truth or detected.
NO_BOX = 'have a box that is not four finite numbers [x, y, width, height]'
MOST = 2**24  # px of an image side; greater numbers are no sizes

# Fields that every entry of a list needs, each a whole number or a text.
_IDS = {
    'images': ('id',),
    'annotations': ('id', 'image_id', 'category_id'),
    'categories': ('id', 'name'),
}


@dataclass(frozen=True)
class GroundTruth:
    """Images, annotations and categories as in a COCO file, every annotation with area and iscrowd.

    Attributes:
        images: COCO image entries.
        annotations: COCO annotations of these images and categories.
        categories: COCO categories, in the order of the file.
        area_of: What the areas measure: ``mask``, ``box``, or ``annotation`` for neither.
        notes: What a reader of the scores should know, one sentence each.
    """

    images: tuple[dict[str, Any], ...]
    annotations: tuple[dict[str, Any], ...]
    categories: tuple[dict[str, Any], ...]
    area_of: str
    notes: tuple[str, ...] = ()

    def of_categories(self, ids: Collection[Any]) -> 'GroundTruth':
        """Return the same images with only these categories and their annotations."""
        return replace(
            self,
            annotations=tuple(a for a in self.annotations if a['category_id'] in ids),
            categories=tuple(c for c in self.categories if c['id'] in ids),
        )


def read_ground_truth(source: str | Path | Mapping[str, Any] | GroundTruth) -> GroundTruth:
    """Read ground truth from a COCO file or the dict it holds; neither is changed.

    A missing or zero ``area`` is computed: from the mask where the annotation has one, else from
    the box; nan where it has neither. A missing ``iscrowd`` counts as 0. As in pycocotools the
    field ``ignore`` has no effect, and annotations of images or categories that the file does not
    list are left out.

    Raises:
        UserError: If it cannot be read, is not in COCO layout, or an id is used twice.
    """
    if isinstance(source, GroundTruth):
        return source
    name, data = 'the ground truth', source
    if isinstance(source, (str, Path)):
        name, data = str(source), read_json(source)
    lists: dict[str, Any] = {}
    for key in ('images', 'annotations', 'categories'):
        lists[key] = data.get(key) if isinstance(data, Mapping) else None
        if not isinstance(lists[key], (list, tuple)):
            raise UserError(f'{name} is not in COCO layout: it has no list {key!r}')
    _check(name, lists)

    images = {image['id']: image for image in lists['images']}
    category_ids = {category['id'] for category in lists['categories']}
    known = [
        {'iscrowd': 0, **annotation}
        for annotation in lists['annotations']
        if annotation['image_id'] in images and annotation['category_id'] in category_ids
    ]
    notes = []
    if left_out := len(lists['annotations']) - len(known):
        notes.append(
            f'annotations left out, of images or categories that the file does not list: {left_out}'
        )
    if any(annotation['id'] == 0 for annotation in known):
        notes.append(
            'an annotation has the id 0, which pycocotools never counts as found; number from 1'
        )
    if flat := sum(box is not None and min(box[2:]) <= 0 for box in map(box_of, known)):
        notes.append(
            f'ground-truth boxes without width or height: {flat}; they count, as in pycocotools, '
            'but nothing can find them'
        )
    if note := _fill_areas(known, images):
        notes.append(note)
    return GroundTruth(
        images=tuple(lists['images']),
        annotations=tuple(known),
        categories=tuple(lists['categories']),
        area_of=_what_areas_measure(known),
        notes=tuple(notes),
    )


def _check(name: str, lists: Mapping[str, Sequence[Any]]) -> None:
    """Refuse entries without usable ids, and values that would be misread."""

    def refuse(key: str, index: int, field: str, needed: str) -> None:
        value = lists[key][index][field]
        raise UserError(
            f'{name}: {key}[{index}] has {field}={value!r:.80}, where {needed} is needed'
        )

    for key, fields in _IDS.items():
        for index, entry in enumerate(lists[key]):
            if not isinstance(entry, Mapping):
                raise UserError(f'{name}: {key}[{index}] is no object: {entry!r:.80}')
            for field in fields:
                if field not in entry:
                    raise UserError(f'{name}: {key}[{index}] has no {field!r}')
                value = entry[field]
                if not isinstance(value, (int, str, Integral)) or isinstance(value, bool):
                    refuse(key, index, field, 'a whole number or a text')
        (most, times), *_ = Counter(e['id'] for e in lists[key]).most_common(1) or [(None, 0)]
        if times > 1:
            raise UserError(
                f'{name}: {times} entries of {key!r} have the id {most!r}; ids must differ'
            )
    for index, image in enumerate(lists['images']):
        for side in ('height', 'width'):
            if side in image and not 0 < finite_or_nan(image[side]) <= MOST:
                refuse('images', index, side, 'a number of px')
    for index, annotation in enumerate(lists['annotations']):
        if annotation.get('iscrowd', 0) not in (0, 1):
            refuse('annotations', index, 'iscrowd', '0 or 1')


def _fill_areas(annotations: Sequence[dict[str, Any]], images: Mapping[Any, Mapping]) -> str | None:
    """Give the annotations without an area one, in place; return a note of how many."""
    counts: Counter[str] = Counter()
    for annotation in annotations:
        if finite_or_nan(annotation.get('area')) > 0:
            continue
        mask = segmentation_rle(annotation.get('segmentation'), images[annotation['image_id']])
        if mask is not None:
            annotation['area'] = float(mask_api.area(mask))
        else:
            *_, width, height = box_of(annotation) or [math.nan] * 4
            annotation['area'] = width * height
        counts['box' if mask is None else 'mask'] += 1
    if not counts:
        return None
    origins = ', '.join(f'from the {what} for {n}' for what, n in sorted(counts.items()))
    return f'annotations without an area, or with area 0: {counts.total()}; computed {origins}'


def segmentation_rle(segmentation: Any, image: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the compressed RLE of a COCO segmentation; None where it cannot be read.

    Polygons are drawn on the size that the entry ``image`` has.
    """
    if not segmentation:
        return None
    is_rle = isinstance(segmentation, Mapping)
    size: Any = segmentation.get('size') if is_rle else (image.get('height'), image.get('width'))
    if not _is_size(size):  # a polygon cannot be drawn on an image of unknown size
        return None
    if not is_rle:
        polygons: Sequence[Any] = (
            segmentation if isinstance(segmentation, (list, tuple)) else [None]
        )
        # Two corners will do: pycocotools draws them, and the scores are to be its own.
        if not all(is_polygon(polygon, *size, corners=2) for polygon in polygons):
            return None
        if len(polygons[0]) == 4:  # it takes them for boxes, and fails
            return None
        return mask_api.merge(mask_api.frPyObjects(segmentation, *size))
    counts = segmentation.get('counts')
    if isinstance(counts, (str, bytes)):
        return segmentation if compressed_runs_fill([counts], [size])[0] else None
    return mask_api.frPyObjects(segmentation, *size) if runs_fill(counts, *size) else None


def _is_size(size: object) -> bool:
    """Return whether an object is a height and a width in px."""

    def is_side(side: Any) -> bool:
        return isinstance(side, Integral) and not isinstance(side, bool) and 0 < int(side) < MOST

    return isinstance(size, (list, tuple)) and len(size) == 2 and all(map(is_side, size))


def box_of(annotation: Mapping[str, Any]) -> list[float] | None:
    """Return x, y, width, height in px; None where the annotation has not four finite numbers."""
    box = annotation.get('bbox')
    if not isinstance(box, (list, tuple, np.ndarray)) or len(box) != 4:
        return None
    box = [finite_or_nan(side) for side in box]
    return None if any(map(math.isnan, box)) else box


def mask_areas(masks: Sequence[Mapping[str, Any]] | np.ndarray) -> np.ndarray:
    """Return the areas of compressed RLE in px^2, one float each."""
    # Given a list of more than 255 masks, pycocotools 2.0.11 raises OverflowError.
    parts = [mask_api.area(list(masks[i : i + 255])) for i in range(0, len(masks), 255)]
    return np.concatenate([np.empty(0), *parts])


def _what_areas_measure(annotations: Sequence[Mapping[str, Any]]) -> str:
    # One px^2 or one percent of slack: converters round, and round differently.
    def is_box(annotation: Mapping[str, Any]) -> bool:
        *_, width, height = box_of(annotation) or [math.nan] * 4
        return abs(annotation['area'] - width * height) <= max(1.0, 0.01 * width * height)

    others = [a for a in annotations if not a['iscrowd'] and not is_box(a)]
    if not others:
        return 'box'
    return 'mask' if all(a.get('segmentation') for a in others) else 'annotation'
