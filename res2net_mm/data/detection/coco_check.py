"""Checks one split's COCO dict and makes it one that training and evaluation read alike.

MMDetection and pycocotools each stumble over other things: labels follow the order of the
categories in the file, an annotation id of 0 is never counted as found, a missing ``area`` or
``iscrowd`` ends in a KeyError. What is harmless is mended or left out, and said; what is not ends
in one error. Small boxes always stay.
"""

from collections import Counter
from dataclasses import replace

from res2net_mm.data.detection.box_check import clean_boxes, is_number
from res2net_mm.errors import UserError
from res2net_mm.formats.coco import LabelledImages, file_name_of
from res2net_mm.formats.findings import Finding, OnFault, first_few, stop_at
from res2net_mm.formats.image_file import missing_files, shown_size


def read_categories(split: LabelledImages) -> tuple[list[dict], list[Finding]]:
    """The categories in the order of their ids, without Roboflow's unused root category.

    Raises:
        UserError: there is no category, or one has no id or name of its own.
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
    findings = []
    if roots:
        what = 'category that stands for all others and has no boxes, taken for no class'
        findings.append(Finding(split.file, what, len(roots), first_few(r['name'] for r in roots)))
        categories = [entry for entry in categories if entry not in roots]
    if not categories:
        raise UserError(f'{split.file} names no categories.')
    for key in ('id', 'name'):
        value, times = Counter(entry[key] for entry in categories).most_common(1)[0]
        if times > 1:
            raise UserError(
                f'{split.file}: {times} categories have the {key} {value!r}; each needs its own.'
            )
    return sorted(categories, key=lambda entry: entry['id']), findings


def clean(
    split: LabelledImages, categories: list[dict], on_fault: OnFault = stop_at
) -> tuple[LabelledImages, list[Finding]]:
    """The split with the given categories and only usable images and boxes.

    Args:
        split: as read; not changed.
        categories: those of the training split, in the order of the labels.
        on_fault: called where images are missing or listed twice, or a box has an unknown
            category.

    Returns:
        The split, whose ``is_copy`` tells whether anything differs from the file, and what was
        found.

    Raises:
        UserError: an image or category has no usable id, or ``on_fault`` raises.
    """
    read_categories(split)  # for its errors
    images = _clean_images(split, on_fault)
    new_ids = _match_categories(split, categories, on_fault)
    usable = _without_lost(split, images, new_ids)
    annotations, findings = clean_boxes(usable, images, new_ids)
    as_listed = {id(image) for image in split.content['images']}
    if unsized := [image['file_name'] for image in images if id(image) not in as_listed]:
        what = 'images listed without height and width, which were read from the files'
        fix = 'write them as whole numbers of px'
        findings.append(Finding(split.file, what, len(unsized), first_few(unsized), fix))
    content = {**split.content, 'images': images, 'categories': categories}
    content['annotations'] = annotations
    # Entries that needed nothing are the same objects, so this comparison is quick.
    is_copy = split.is_copy or any(content[key] != split.content[key] for key in content)
    return LabelledImages(split.file, split.image_dir, content, is_copy), findings


def _without_lost(split: LabelledImages, images: list[dict], new_ids: dict) -> LabelledImages:
    """The split without the boxes of images and categories that a fault has taken away."""
    lost = {image['id'] for image in split.content['images']} - {image['id'] for image in images}
    kept = [
        annotation
        for annotation in split.content['annotations']
        if annotation.get('image_id') not in lost and annotation.get('category_id') in new_ids
    ]
    if len(kept) == len(split.content['annotations']):
        return split
    return replace(split, content={**split.content, 'annotations': kept}, is_copy=True)


def _clean_images(split: LabelledImages, on_fault: OnFault) -> list[dict]:
    names = [file_name_of(split.file, image) for image in split.content['images']]
    ids = [image.get('id') for image in split.content['images']]
    for name, number in zip(names, ids, strict=True):
        if not isinstance(number, (int, str)) or isinstance(number, bool):
            raise UserError(f'{split.file}: the image {name} has the id {number!r}, not a number.')
    for what, values in (('id', ids), ('name', names)):
        twice = [value for value, times in Counter(values).items() if times > 1]
        if twice:
            what = f'{what}s that several images have'
            fix = 'list every image once, with an id of its own'
            examples = first_few(map(repr, twice))
            on_fault(Finding(split.file, what, len(twice), examples, fix))
    if missing := missing_files(split.image_dir, names):
        what = f'images that are listed and missing from {split.image_dir}'
        fix = 'put them there, or take them out of the list'
        on_fault(Finding(split.file, what, len(missing), first_few(missing), fix))
    images, unreadable = {}, []
    for image in split.content['images']:
        try:
            images.setdefault(image['id'], _with_size(split, image))
        except UserError:
            unreadable.append(image['file_name'])
    if unreadable:
        what = 'images without a size in the list that cannot be read to find it'
        fix = 'replace the files, or take them out of the list'
        on_fault(Finding(split.file, what, len(unreadable), first_few(unreadable), fix))
    return list(images.values())


def _with_size(split: LabelledImages, image: dict) -> dict:
    sides = image.get('height'), image.get('width')
    if all(is_number(side) and side > 0 for side in sides):
        return image
    height, width = shown_size(split.image_dir / image['file_name'])
    return {**image, 'height': height, 'width': width}


def _match_categories(
    split: LabelledImages, categories: list[dict], on_fault: OnFault
) -> dict[int, int]:
    """The id to write for each category id of the split, matched by name."""
    ids = {entry['name']: entry['id'] for entry in categories}
    used = Counter(annotation.get('category_id') for annotation in split.content['annotations'])
    unknown = used.keys() - {entry['id'] for entry in split.content['categories']}
    if unknown:
        what = 'boxes whose category id is not among the categories'
        fix = 'list the category or give the boxes a listed one'
        examples = first_few(f'category {number!r}' for number in sorted(unknown, key=str))
        count = sum(used[number] for number in unknown)
        on_fault(Finding(split.file, what, count, examples, fix))
    mine = [entry for entry in split.content['categories'] if entry['id'] in used]
    strange = [entry for entry in mine if entry['name'] not in ids]
    if strange:
        known = ', '.join(first_few(ids, 10))
        what = f'boxes of categories that the training split does not know (it has {known})'
        fix = 'give the splits the same categories'
        count = sum(used[entry['id']] for entry in strange)
        examples = first_few(repr(entry['name']) for entry in strange)
        on_fault(Finding(split.file, what, count, examples, fix))
    return {entry['id']: ids[entry['name']] for entry in mine if entry['name'] in ids}
