"""Writes images and boxes in PASCAL VOC layout."""

from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from res2net_mm.data.conversion.image_links import ImageLinks, unique_names
from res2net_mm.data.conversion.labelled_images import Entry, LabelledFolder, LabelledImage, Lost
from res2net_mm.data.conversion.shapes_in_image import (
    edges_in_image,
    note_lost_ids,
    note_lost_values,
)
from res2net_mm.data.conversion.yolo_files import is_crowd
from res2net_mm.formats.splits import UNNAMED
from res2net_mm.progress import track


def write_voc(folder: LabelledFolder, root: Path, links: ImageLinks, lost: Lost) -> None:
    """Write ``JPEGImages/``, ``Annotations/*.xml`` and ``ImageSets/Main/<split>.txt``.

    Pixels are counted from 1, as VOC does. A crowd becomes a difficult object, which is not trained
    on either.

    Args:
        folder: The labelled images.
        root: An empty folder to write to.
        links: Links or copies the images.
        lost: Receives what the layout cannot hold.
    """
    used = {box['category_id'] for _, box in folder.boxes()}
    unused = [entry['name'] for entry in folder.categories if entry['id'] not in used]
    lost['classes without a box, which only boxes name'] += unused
    classes = {e['id']: e['name'] for e in folder.categories if e['id'] in used}
    order = sorted(classes.values())  # in which they are read
    there = [entry for entry in folder.categories if entry['id'] in used]
    note_lost_ids(there, [order.index(entry['name']) + 1 for entry in there], lost)
    names = unique_names(folder.sources(), flat=True)
    for below in ('Annotations', 'ImageSets/Main'):
        (root / below).mkdir(parents=True)
    written = set()
    total = sum(map(len, folder.splits.values()))
    for _, image in track(folder.all_images(), 'images', total=total, shown=True):
        name = names[image.source]
        if name in written:
            continue
        written.add(name)
        links.place(image.source, root / 'JPEGImages' / name)
        xml = _annotation(image, str(name), classes, lost)
        ElementTree.indent(xml)
        file = root / 'Annotations' / f'{name.stem}.xml'
        ElementTree.ElementTree(xml).write(file, encoding='utf-8')
    if folder.splits.keys() == {UNNAMED}:
        return
    for split, images in folder.splits.items():
        lines = [names[image.source].stem for image in images]
        list_name = 'train' if split == UNNAMED else split
        (root / f'ImageSets/Main/{list_name}.txt').write_text('\n'.join(lines) + '\n')


def _annotation(image: LabelledImage, name: str, classes: dict[int, str], lost: Lost) -> Element:
    top = Element('annotation')
    _add(top, folder='JPEGImages', filename=name)
    width, height = image.size
    _add(SubElement(top, 'size'), width=width, height=height, depth=3)
    for box in image.boxes:
        note_lost_values(image, box, lost, held={'voc_difficult'})
        if box.get('segmentation'):
            lost['masks'].append(image.name)
        if is_crowd(box) and not box.get('voc_difficult'):
            lost['crowd boxes, written as difficult objects'].append(image.name)
        corners = _corners(image, box, lost)
        if corners is None:
            continue
        entry = SubElement(top, 'object')
        _add(entry, name=classes[box['category_id']], difficult=int(is_crowd(box)))
        keys = ('xmin', 'ymin', 'xmax', 'ymax')
        _add(SubElement(entry, 'bndbox'), **dict(zip(keys, corners, strict=True)))
    return top


def _add(parent: Element, **values: object) -> None:
    for key, value in values.items():
        SubElement(parent, key).text = str(value)


def _corners(image: LabelledImage, box: Entry, lost: Lost) -> tuple[int, int, int, int] | None:
    """Return xmin, ymin, xmax and ymax in whole pixels; None where nothing is left."""
    edges = edges_in_image(image, box, lost)
    if edges is None:
        return None
    left, top, right, bottom = map(round, edges)
    rounded = max(abs(a - b) for a, b in zip((left, top, right, bottom), edges, strict=True))
    if rounded > 1e-6:
        lost['boxes with fractions of pixels, rounded'].append(f'{image.name}: {box["bbox"]}')
    width, height = image.size
    (left, right), one = _widened(left, right, width)
    (top, bottom), other = _widened(top, bottom, height)
    if one or other:
        what = 'boxes of a pixel in width or height, which VOC has none of, written with two'
        lost[what].append(f'{image.name}: {box["bbox"]}')
    return left + 1, top + 1, right, bottom


def _widened(low: int, high: int, limit: int) -> tuple[tuple[int, int], bool]:
    """Return edges of at least two pixels, as xmin and xmax of one pixel are equal: a click."""
    if high - low >= 2:
        return (low, high), False
    high = min(low + 2, max(limit, 2))
    return (high - 2, high), True
