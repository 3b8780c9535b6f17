"""Result files of other conventions than COCO's: recognised by how many boxes lie on objects.

A file whose boxes are corners, or whose classes count from 0, is scored near zero and without a
complaint. So detections are read in every convention, and counted as they come to lie on objects.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from pycocotools import mask as mask_api

from res2net_mm.errors import argument, check_choice
from res2net_mm.evaluation.detection.coco.detections import Results, with_ids
from res2net_mm.evaluation.detection.coco.ground_truth import GroundTruth, box_of
from res2net_mm.formats.finite_numbers import numbers

#: What ``dt_format`` takes, each with what it says of the file.
DT_FORMATS = {
    'file-names': 'image ids are names of files, with ending or without',
    'text-ids': 'ids are texts where the ground truth has numbers, or the reverse',
    'from-0': 'categories are numbered 0, 1, ... in the order of their ids',
    'relative': 'coordinates are shares of the width and height of the image',
    'xyxy': 'boxes are x1 y1 x2 y2',
    'cxcywh': 'boxes are centre x, centre y, width, height',
}
LOOKED_AT = 5000  # detections, in whole images
ON_OBJECT = 0.5  # IoU
FEWEST = 0.05  # share of these detections that must speak for another convention

Objects = Mapping[tuple[Any, Any], Sequence[Sequence[float]]]


def convert_results(results: Results, truth: GroundTruth, formats: Sequence[str]) -> Results:
    """Return results as COCO has them.

    Args:
        results: As another tool has written them.
        truth: Their ground truth.
        formats: What they are: keys of :data:`DT_FORMATS`, such as ``['xyxy', 'relative']``.

    Raises:
        UserError: A format is not known.
    """
    for name in formats:
        check_choice('dt_format', name, DT_FORMATS)
    images: dict[Any, Any] = {}
    categories: dict[Any, Any] = {}
    if 'text-ids' in formats:
        images |= _by_text(image['id'] for image in truth.images)
        categories |= _by_text(category['id'] for category in truth.categories)
    if 'file-names' in formats:
        images |= _by_file_name(truth)
    if 'from-0' in formats:
        ids = sorted((category['id'] for category in truth.categories), key=_number_or_text)
        places = dict(enumerate(ids))
        categories = places | {str(place): identity for place, identity in places.items()}
    sizes = {image['id']: (image.get('width'), image.get('height')) for image in truth.images}
    entries = []
    for entry in with_ids(results, images, categories).entries:
        image, box = entry.get('image_id'), box_of(entry)
        if box is not None and image.__hash__:
            size = sizes.get(image, (None, None))
            entry = {**entry, 'bbox': _as_xywh(box, size, formats)}
        entries.append(entry)
    return replace(results, entries=entries)


def find_convention(
    results: Results,
    truth: GroundTruth,
    rename: Callable[[Results], Results] = lambda results: results,
) -> str:
    """Return which other convention results look like and what speaks for it; empty for none.

    Args:
        results: As read.
        truth: Their ground truth.
        rename: What gives results the ids of the ground truth, once they are as COCO has them.
    """
    sample = _sample(results, truth)
    objects: dict[tuple[Any, Any], list[list[float]]] = defaultdict(list)
    for annotation in truth.annotations:
        if (box := box_of(annotation)) is not None:
            objects[annotation['image_id'], annotation['category_id']].append(box)
    image_ids = {image['id'] for image in truth.images}
    category_ids = {category['id'] for category in truth.categories}

    def read(formats: Sequence[str]) -> Results:
        return rename(convert_results(sample, truth, formats))

    def known(formats: Sequence[str]) -> int:
        entries = read(formats).entries
        images = sum(_is_in(entry.get('image_id'), image_ids) for entry in entries)
        return images + sum(_is_in(entry.get('category_id'), category_ids) for entry in entries)

    ids = max([(), ('file-names',), ('text-ids',), ('text-ids', 'file-names')], key=known)
    trials = {
        tuple(filter(None, (*ids, *others)))
        for others in product(('', 'from-0'), ('', 'relative'), ('', 'xyxy', 'cxcywh'))
    }
    hits = {formats: _on_objects(read(formats), objects) for formats in sorted(trials, key=len)}
    now, best = _on_objects(read(()), objects), max(hits, key=hits.__getitem__)
    if hits[best] <= 2 * now or hits[best] < FEWEST * len(sample.entries):
        return ''
    said = ' and '.join(DT_FORMATS[name] for name in best)
    given = argument('dt_format', ' '.join(best))
    return (
        f'{results.name}: as they are, {now} of the {len(sample.entries)} surest boxes lie on an '
        f'object of their class; {hits[best]} do if {said}: {given} reads them so'
    )


def _sample(results: Results, truth: GroundTruth) -> Results:
    """Return the surest detections of some images, as many as there are objects.

    A detector often finds an object as several classes: only its best guess tells the class.
    """
    usable = [entry for entry in results.entries if entry.get('image_id').__hash__]
    images = list(dict.fromkeys(entry.get('image_id') for entry in usable))
    chosen = set(images[:: -(-len(usable) // LOOKED_AT) or 1])
    entries = [entry for entry in usable if entry.get('image_id') in chosen]
    score = np.nan_to_num(numbers([entry.get('score') for entry in entries]))
    count = -(-len(truth.annotations) * len(chosen) // max(1, len(images)))
    surest = np.argsort(-score, kind='stable')[:count]
    return replace(results, entries=[entries[index] for index in surest])


def _on_objects(results: Results, objects: Objects) -> int:
    """Return how many detections lie on an object of their class; without a box, are near one."""
    found, count = defaultdict(list), 0
    for entry in results.entries:
        place = entry.get('image_id'), entry.get('category_id')
        if not place[1].__hash__ or place not in objects:
            continue
        box = box_of(entry)
        if box is not None:
            found[place].append(box)
        elif entry.get('segmentation'):
            count += 1
    for place, boxes in found.items():
        truth = np.array(objects[place], dtype=float)
        overlaps = mask_api.iou(np.array(boxes, dtype=float), truth, [0] * len(truth))
        count += int((overlaps.max(axis=1) >= ON_OBJECT).sum())
    return count


def _as_xywh(box: list[float], size: tuple[Any, Any], formats: Sequence[str]) -> list[float]:
    x, y, a, b = box
    if 'relative' in formats and None not in size:
        width, height = size
        x, y, a, b = x * width, y * height, a * width, b * height
    if 'xyxy' in formats:
        return [x, y, a - x, b - y]
    if 'cxcywh' in formats:
        return [x - a / 2, y - b / 2, a, b]
    return [x, y, a, b]


def _by_file_name(truth: GroundTruth) -> dict[Any, Any]:
    names: dict[Any, Any] = {}
    for image in truth.images:
        file = Path(str(image.get('file_name', '')).replace('\\', '/'))
        for path in (file.with_suffix(''), file) if file.name else ():
            names[path.name] = names[path.as_posix()] = image['id']
    return names


def _by_text(ids: Iterable[Any]) -> dict[Any, Any]:
    """Return text -> id and, of texts of whole numbers, number -> id."""
    found: dict[Any, Any] = {}
    for identity in ids:
        text = str(identity)
        found[text] = identity
        if text.isdecimal():
            found[int(text)] = identity
    return found


def _number_or_text(identity: Any) -> tuple[bool, Any]:
    return isinstance(identity, str), identity


def _is_in(value: Any, ids: set[Any]) -> bool:
    return value.__hash__ is not None and value in ids
