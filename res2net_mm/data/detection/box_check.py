"""Checks boxes and masks of one split: leaves out what is unusable, fills in what is missing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

from pycocotools import mask as mask_api

from res2net_mm.formats import BoxImages, Findings
from res2net_mm.formats.findings import NOTE, PROBLEM
from res2net_mm.formats.finite_numbers import finite_or_nan
from res2net_mm.formats.mask_check import compressed_runs_fill, is_polygon, runs_fill

NUMBERS = {int, float}
GREATEST = 1e12  # beyond any coordinate; whole numbers in JSON have no limit

# What to do about boxes and masks that are not as they should be.
REDRAW = 'draw them anew or delete them'
CLIP = 'clip them to the image, unless they are meant to reach out'
TOO_SMALL = 'delete them, unless they are meant'
LIST_IMAGE = 'list their images or delete the boxes'
WRITE_AREA = 'write the area in px^2'
RENUMBER = 'give every box an id of its own, from 1 on'
HARMLESS = ''
ROUNDING = 1  # px that tools which round put a box beyond the edge


def clean_boxes(
    split: BoxImages,
    images: Sequence[Mapping[str, Any]],
    new_ids: Mapping[int, int],
    findings: Findings,
) -> list[dict[str, Any]]:
    """Return the annotations of a split that can be used, complete.

    Args:
        split: The split; not changed.
        images: Images of the split, with height and width.
        new_ids: New category id of each category id that occurs.
        findings: Receives what was repaired or left out.

    Returns:
        The annotations, those that needed nothing as they were.
    """
    by_id = {image['id']: image for image in images}
    names = {entry['id']: entry['name'] for entry in split.content['categories']}
    notes: dict[tuple[str, str], list[str]] = defaultdict(list)  # (what, fix) -> where
    kept = []
    for annotation in split.content['annotations']:
        image = by_id.get(annotation.get('image_id'))
        if image is None:
            notes['boxes of no listed image, left out', LIST_IMAGE].append(
                f'image id {annotation.get("image_id")}'
            )
            continue
        if _needs_nothing(annotation, image, new_ids):
            kept.append(annotation)
            continue
        box = annotation.get('bbox')
        where = f'{image["file_name"]}: {names[annotation["category_id"]]} {box}'
        if fault := _fault(box, image):
            notes[f'boxes {fault}, left out', REDRAW].append(where)
            continue
        x, y, width, height = box
        beyond = max(-x, -y, x + width - image['width'], y + height - image['height'])
        if beyond > ROUNDING:
            notes['boxes that reach out of their image, kept as they are', CLIP].append(where)
        elif beyond > 0:
            notes['boxes a pixel or less beyond the edge of their image', HARMLESS].append(where)
        if width < 1 or height < 1:
            what = 'boxes narrower than a pixel, which MMDetection evaluates but does not train on'
            notes[what, TOO_SMALL].append(where)
        mask = annotation.get('segmentation')
        if mask and (usable := _usable_mask(mask, image)) != mask:
            annotation = {**annotation, 'segmentation': usable}
            lost = (
                'masks with polygons of under three points or far off the image, without these'
                if usable
                else 'masks that cannot be read, taken away from their boxes'
            )
            notes[lost, REDRAW].append(where)
        changes: dict[str, Any] = {'category_id': new_ids[annotation['category_id']]}
        if not (is_number(annotation.get('area')) and annotation['area'] > 0):
            changes['area'] = _area(annotation, image)
            what = 'boxes without an area, computed from the mask, else from the box'
            notes[what, WRITE_AREA].append(where)
        changes['iscrowd'] = int(annotation.get('iscrowd') in (1, '1'))
        unchanged = all(annotation.get(key, '') == value for key, value in changes.items())
        kept.append(annotation if unchanged else {**annotation, **changes})

    if unfit := _unfit_ids([annotation.get('id') for annotation in kept]):
        what, fix = 'ids of boxes from 0 on, numbered anew from 1 on', HARMLESS
        if unfit != [0]:
            what, fix = 'ids of boxes that another one has or that are no positive number', RENUMBER
            what += ', all numbered anew'
        notes[what, fix] = [f'id {number}' for number in unfit]
        kept = [{**annotation, 'id': i} for i, annotation in enumerate(kept, start=1)]
    for (what, fix), places in notes.items():
        findings.add(PROBLEM if fix else NOTE, split.file, what, places, fix)
    return kept


def _needs_nothing(
    annotation: Mapping[str, Any], image: Mapping[str, Any], new_ids: Mapping[int, int]
) -> bool:
    """Return whether an annotation is as it should be, which most are; quick."""
    box, category = annotation.get('bbox'), annotation['category_id']
    area: Any = annotation.get('area')
    if type(box) is not list or len(box) != 4 or not {*map(type, box)} <= NUMBERS:
        return False
    (x, y, width, height), most_x, most_y = box, image['width'], image['height']
    # Also of NaN, and before they are added, since JSON has numbers beyond any float.
    if not (
        0 <= x <= most_x and 0 <= y <= most_y and 1 <= width <= most_x and 1 <= height <= most_y
    ):
        return False
    if not (x + width <= most_x and y + height <= most_y):
        return False
    if type(area) not in NUMBERS or not 0 < area < GREATEST or new_ids[category] != category:
        return False
    if type(annotation.get('iscrowd')) is not int or annotation['iscrowd'] not in (0, 1):
        return False
    mask = annotation.get('segmentation')
    return not mask or _usable_mask(mask, image) == mask


def _unfit_ids(ids: Sequence[Any]) -> list[Any]:
    """Return the ids that are repeated or are not a positive whole number."""
    seen, unfit = set(), []
    for number in ids:
        if number in seen or not isinstance(number, int) or number <= 0:
            unfit.append(number)
        seen.add(number)
    return unfit


def _fault(box: Any, image: Mapping[str, Any]) -> str | None:
    """Return why a box cannot be used, None if it can."""
    if not is_box(box):
        return 'that are not four numbers'
    x, y, width, height = box
    if width <= 0 or height <= 0:
        return 'without width or height'
    if x >= image['width'] or y >= image['height'] or x + width <= 0 or y + height <= 0:
        return 'wholly outside their image'
    return None


def _usable_mask(mask: Any, image: Mapping[str, Any]) -> Any:
    """Return the valid polygons, or the run lengths if they have the image's size; else []."""
    size = (image['height'], image['width'])
    if isinstance(mask, list):
        return [polygon for polygon in mask if is_polygon(polygon, *size)]
    if not isinstance(mask, dict) or mask.get('size') != [*size]:
        return []
    counts = mask.get('counts')
    if isinstance(counts, str):
        return mask if compressed_runs_fill([counts], [size])[0] else []
    return mask if runs_fill(counts, *size) else []


def is_box(value: object) -> TypeGuard[list[float]]:
    """Return whether a value is four numbers in a list."""
    return isinstance(value, list) and len(value) == 4 and all(map(is_number, value))


def is_number(value: object) -> TypeGuard[float]:
    """Return whether a value is a finite number, and not a greater one than any coordinate."""
    return abs(finite_or_nan(value)) < GREATEST


def _area(annotation: Mapping[str, Any], image: Mapping[str, Any]) -> float:
    """Return the area in px^2 of the mask, or of the box where the mask is absent or empty."""
    mask = annotation.get('segmentation')
    if mask and not isinstance(mask, dict):
        mask = mask_api.merge(mask_api.frPyObjects(mask, image['height'], image['width']))
    elif mask and isinstance(mask['counts'], list):
        mask = mask_api.frPyObjects(mask, image['height'], image['width'])
    area = float(mask_api.area(mask)) if mask else 0.0
    return area if area > 0 else float(annotation['bbox'][2] * annotation['bbox'][3])
