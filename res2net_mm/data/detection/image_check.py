"""Checks the images of one split: whether each is there, listed once, readable, and how large."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from res2net_mm.data.detection.box_check import is_box, is_number
from res2net_mm.errors import UserError
from res2net_mm.formats import BoxImages, Findings
from res2net_mm.formats.boxes.coco import file_name_of
from res2net_mm.formats.findings import ERROR, NOTE, PROBLEM
from res2net_mm.formats.image_check import check_headers
from res2net_mm.formats.image_file import Header, Size, missing_files, read_headers

Entry = dict[str, Any]  # an image, annotation or category of COCO
Headers = Mapping[Path, Header | UserError]


def clean_images(split: BoxImages, findings: Findings) -> list[Entry]:
    """Return the images of a split that can be used, with the sizes that training sees.

    Args:
        split: The split; not changed.
        findings: Receives images that are missing, listed twice or unreadable, which are errors;
            images that EXIF turns; and images whose size differs from the listed one.

    Raises:
        UserError: An image has no usable id or name, or ``findings`` stop at an error.
    """
    names = [file_name_of(split.file, image) for image in split.content['images']]
    ids = [image.get('id') for image in split.content['images']]
    for name, number in zip(names, ids, strict=True):
        if not isinstance(number, int | str) or isinstance(number, bool):
            raise UserError(f'{split.file}: the image {name} has the id {number!r}, not a number.')
    for what, values in (('id', ids), ('name', names)):
        twice = [repr(value) for value, times in Counter(values).items() if times > 1]
        fix = 'list every image once, with an id of its own'
        findings.add(ERROR, split.file, f'{what}s that several images have', twice, fix)
    missing = missing_files(split.image_dir, names)
    what = f'images that are listed and missing from {split.image_dir}'
    fix = 'put them there, or take them out of the list'
    findings.add(ERROR, split.file, what, missing, fix)
    files = {name: split.image_dir / name for name in names}
    there = dict.fromkeys(names)
    for name in missing:
        there.pop(name, None)
    headers = read_headers(map(files.__getitem__, there), f'images of {split.file.name}')
    listed = {files[image['file_name']]: _listed_size(image) for image in split.content['images']}
    unsized = [
        file.name
        for file, said in listed.items()
        if said is None and isinstance(headers.get(file), Header)
    ]
    what = 'images listed without height and width, which were read from the files'
    findings.add(PROBLEM, split.file, what, unsized, 'write them as whole numbers of px')
    swapped = _shown_though_listed_as_stored(split, listed, headers, findings)
    check_headers(split.file, {**listed, **dict.fromkeys(swapped)}, headers, findings)
    images: dict[int | str, Entry] = {}
    for image in split.content['images']:
        file = files[image['file_name']]
        header, said = headers.get(file), None if file in swapped else listed[file]
        if isinstance(header, UserError) or not (said or header):
            continue
        if header and not said:
            image = {**image, 'height': header.size[0], 'width': header.size[1]}
        images.setdefault(image['id'], image)
    return list(images.values())


def _listed_size(image: Entry) -> Size | None:
    sides = image.get('height'), image.get('width')
    usable = all(is_number(side) and side > 0 for side in sides)
    return (image['height'], image['width']) if usable else None


def _shown_though_listed_as_stored(
    split: BoxImages, listed: Mapping[Path, Size | None], headers: Headers, findings: Findings
) -> set[Path]:
    """Return the images listed in the size they are stored in whose boxes lie on the turned image.

    Where no box of an image tells one from the other, it goes with the rest, if they agree.
    """
    swapped: dict[Any, tuple[Path, Size]] = {}
    for image in split.content['images']:
        file = split.image_dir / image['file_name']
        header, said = headers.get(file), listed[file]
        if not isinstance(header, Header) or header.orientation < 5:
            continue
        if said == header.size[::-1] != header.size:
            swapped[image['id']] = file, header.size
    for_shown: set[Path] = set()
    for_stored: set[Path] = set()
    count = 0
    for annotation in split.content['annotations'] if swapped else ():
        box = annotation.get('bbox')
        if annotation.get('image_id') in swapped and is_box(box):
            file, size = swapped[annotation['image_id']]
            fits_shown, fits_stored = _fits(box, size), _fits(box, size[::-1])
            if fits_shown and not fits_stored:
                for_shown.add(file)
                count += 1
            elif fits_stored and not fits_shown:
                for_stored.add(file)
    shown = for_shown - for_stored
    if shown and not for_stored:
        shown = {file for file, _ in swapped.values()}
    what = (
        'images that EXIF turns, listed in the size they are stored in and taken in the size they '
        f'are shown in, which alone fits {count} of their boxes'
    )
    findings.add(NOTE, split.file, what, sorted(file.name for file in shown))
    return shown


def _fits(box: Sequence[float], size: Size) -> bool:
    """Return whether a box ends in an image of a size, or less than a pixel beyond it."""
    return box[0] + box[2] < size[1] + 1 and box[1] + box[3] < size[0] + 1
