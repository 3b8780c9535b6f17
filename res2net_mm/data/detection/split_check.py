"""Checks the COCO dict of one split, and mends it so that training and evaluation read it alike.

MMDetection and pycocotools fail in different ways: labels follow the order of the categories in the
file, an annotation with id 0 is never counted as found, a missing ``area`` or ``iscrowd`` ends in a
KeyError. Harmless faults are mended or left out, and reported; the others are errors. Small boxes
always stay.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from res2net_mm.data.detection.box_check import clean_boxes
from res2net_mm.data.detection.image_check import Entry, clean_images
from res2net_mm.errors import UserError
from res2net_mm.formats import BoxImages, Findings, first_few
from res2net_mm.formats.findings import ERROR, NOTE


def read_categories(split: BoxImages, findings: Findings) -> list[Entry]:
    """Return the categories in the order of their ids, without Roboflow's unused root category.

    Raises:
        UserError: There is no category, or one has no id or name of its own.
    """
    categories = split.content['categories']
    for entry in categories:
        if not isinstance(entry.get('name'), str):
            raise UserError(f'{split.file}: the category {entry!r} has no name.')
        if not isinstance(entry.get('id'), int) or isinstance(entry['id'], bool):
            raise UserError(
                f'{split.file}: the category {entry["name"]!r} has no whole number as id.'
            )
    used = {a.get('category_id') for a in split.content['annotations']}
    parents = {entry.get('supercategory') for entry in categories}
    roots = [
        entry
        for entry in categories
        if entry.get('supercategory') == 'none'
        and entry['name'] in parents
        and entry['id'] not in used
    ]
    what = 'category that stands for all others and has no boxes, taken for no class'
    findings.add(NOTE, split.file, what, [entry['name'] for entry in roots])
    categories = [entry for entry in categories if entry not in roots]
    if not categories:
        raise UserError(f'{split.file} names no categories.')
    for key in ('id', 'name'):
        value, times = Counter(entry[key] for entry in categories).most_common(1)[0]
        if times > 1:
            raise UserError(
                f'{split.file}: {times} categories have the {key} {value!r}; each needs its own.'
            )
    return sorted(categories, key=lambda entry: entry['id'])


def known_categories(
    split: BoxImages, categories: Sequence[Entry], known: Sequence[str], findings: Findings
) -> list[Entry]:
    """Return categories for the classes of a checkpoint, in its order, to test a split on.

    Args:
        split: The split.
        categories: Categories of the split. They are returned unchanged if they are the known ones.
        known: Classes of the checkpoint.
        findings: Receives known classes without boxes.
    """
    used = {annotation.get('category_id') for annotation in split.content['annotations']}
    present = {entry['name'] for entry in categories if entry['id'] in used}
    what = 'classes of the checkpoint without boxes here, which get no score'
    findings.add(NOTE, split.file, what, [name for name in known if name not in present])
    if [entry['name'] for entry in categories] == [*known]:
        return list(categories)
    return [dict(id=number, name=name) for number, name in enumerate(known, start=1)]


def clean_split(
    split: BoxImages,
    categories: Sequence[Entry],
    findings: Findings,
    *,
    whose: str = 'the training split',
) -> BoxImages:
    """Return the split with the given categories and only usable images and boxes.

    Args:
        split: The split; not changed.
        categories: Categories of the model, in the order of the labels.
        findings: Receives what was repaired or left out. Images that are missing or listed twice,
            and boxes of an unknown category, are errors.
        whose: Owner of the categories, for messages.

    Returns:
        The split, whose ``is_copy`` tells whether anything differs from the file.

    Raises:
        UserError: An image or category has no usable id, or ``findings`` stop at an error.
    """
    read_categories(split, Findings())  # for its errors
    images = clean_images(split, findings)
    new_ids = _match_categories(split, categories, findings, whose)
    usable = _without_lost(split, images, new_ids)
    annotations = clean_boxes(usable, images, new_ids, findings)
    new = {'images': images, 'annotations': annotations, 'categories': list(categories)}
    # Entries that needed nothing are the same objects, so this comparison is quick.
    is_copy = split.is_copy or any(new[key] != split.content[key] for key in new)
    return replace(split, content={**split.content, **new}, is_copy=is_copy)


def _without_lost(
    split: BoxImages, images: Sequence[Entry], new_ids: Mapping[int, int]
) -> BoxImages:
    """Return the split without the boxes of images and categories that an error has taken away."""
    lost = {image['id'] for image in split.content['images']} - {image['id'] for image in images}
    kept = [
        annotation
        for annotation in split.content['annotations']
        if annotation.get('image_id') not in lost and annotation.get('category_id') in new_ids
    ]
    return replace(split, content={**split.content, 'annotations': kept})


def _match_categories(
    split: BoxImages, categories: Sequence[Entry], findings: Findings, whose: str
) -> dict[int, int]:
    """Return the id to write for each category id of the split, matched by name."""
    ids = {entry['name']: entry['id'] for entry in categories}
    used = Counter(annotation.get('category_id') for annotation in split.content['annotations'])
    unknown = sorted(used.keys() - {entry['id'] for entry in split.content['categories']}, key=str)
    what = 'boxes whose category id is not among the categories'
    fix = 'list the category or give the boxes a listed one'
    examples, count = [f'category {number!r}' for number in unknown], sum(used[i] for i in unknown)
    findings.add(ERROR, split.file, what, examples, fix, count=count or None)
    mine = [entry for entry in split.content['categories'] if entry['id'] in used]
    strange = [entry for entry in mine if entry['name'] not in ids]
    known = ', '.join(first_few(ids, 10))
    what = f'boxes of categories that {whose} does not know (it has {known})'
    fix = f'give them names that {whose} has'
    examples, count = (
        [repr(entry['name']) for entry in strange],
        sum(used[e['id']] for e in strange),
    )
    findings.add(ERROR, split.file, what, examples, fix, count=count or None)
    return {entry['id']: ids[entry['name']] for entry in mine if entry['name'] in ids}
