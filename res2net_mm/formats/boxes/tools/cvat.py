"""CVAT for images 1.1: an XML file with the objects of many images."""

from functools import partial
from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np

from res2net_mm.errors import UserError
from res2net_mm.formats.boxes.drawn_images import Drawn, DrawnImages, class_name
from res2net_mm.formats.boxes.label_files import (
    files_like,
    has_files_like,
    read_each,
    split_of_file,
)
from res2net_mm.formats.boxes.shapes import ellipse, mask_of, polygon, turned
from res2net_mm.formats.boxes.xml_file import read_xml
from res2net_mm.formats.findings import Findings
from res2net_mm.formats.finite_numbers import finite
from res2net_mm.formats.image_file import Size, shown_size
from res2net_mm.formats.reader import BOXES, BoxImages, Reader
from res2net_mm.formats.splits import split_of

LOOKED_FOR = 'CVAT for images: annotations.xml'
START = r'<annotations\b[^>]*>\s*<(version|meta|image|track)\b'


def read_cvat(root: Path, findings: Findings) -> dict[str, BoxImages]:
    """Return the splits of a folder with XML files of CVAT for images; none if it holds none.

    Boxes stay boxes unless they are turned; polygons, ellipses and masks become masks. Tags, points
    and lines are not used. The subset of an image names its split, else the name of the file or its
    folders, else the folders of the image. Classes are in the order of the task's labels.

    Raises:
        UserError: ``findings`` stop at an error, such as a file that cannot be read.
    """
    images = DrawnImages(root, findings)
    classes: list[str] = []
    for file, top in read_each(root, files_like(root, '.xml', START), _read, findings):
        classes += [(name.text or '').strip() for name in top.iterfind('meta//labels/label/name')]
        place = file.relative_to(root)
        for entry in top.iterfind('image'):
            split = split_of(entry.get('subset', '')) or split_of_file(place)
            path = f'{place.parent}/{entry.get("name", "")}'
            image = images.image(file, path, (entry.get('height'), entry.get('width')), split)
            read = partial(_drawn, size=image.size, image=root / image.path)
            for shape in entry:
                images.draw(image, shape, read)
    return images.as_splits(filter(None, classes))


def _read(file: Path) -> Element:
    top, _ = read_xml(file)
    if top.find('track') is not None:
        raise UserError(
            f'{file} is of CVAT for video, whose images have no names: export "CVAT for images"'
        )
    return top


def _drawn(shape: Element, size: Size | None, image: Path) -> Drawn | str:
    given = shape.attrib
    if shape.tag not in ('box', 'polygon', 'ellipse', 'mask'):
        return f'objects drawn as {shape.tag}'
    label = class_name(given['label'])
    if shape.tag == 'polygon':
        points = polygon(point.split(',') for point in given['points'].split(';'))
        return Drawn(label, points, is_polygon=True)
    if shape.tag == 'mask':
        left, top, width, height = (int(given[side]) for side in ('left', 'top', 'width', 'height'))
        runs = [int(run) for run in given['rle'].split(',')]
        bits = np.repeat(np.arange(len(runs)) % 2, runs).reshape(height, width)  # begins with 0
        box, more = mask_of(bits, left, top, *(size or shown_size(image)))
        return Drawn(label, box, more=more)
    turn = finite(given.get('rotation', 0))
    if shape.tag == 'ellipse':
        points = ellipse(*(given[key] for key in ('cx', 'cy', 'rx', 'ry')))
        return Drawn(label, turned(points, turn) if turn else points, is_polygon=True)
    x1, y1, x2, y2 = (finite(given[edge]) for edge in ('xtl', 'ytl', 'xbr', 'ybr'))
    if not turn:
        return Drawn(label, [(x1, y1), (x2, y2)])
    square = [(x1, y1), (x2, y1), (x2, y2), (x1, y2)]
    return Drawn(label, turned(square, turn), is_polygon=True)


CVAT = Reader(
    'cvat',
    BOXES,
    LOOKED_FOR,
    lambda root: has_files_like(root, '.xml', START),
    read_cvat,
    '.xml',
    START,
)
