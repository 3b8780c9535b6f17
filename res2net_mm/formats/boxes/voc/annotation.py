"""What an XML file of PASCAL VOC says of its image: the size, and the objects with their boxes."""

import math
from collections.abc import Iterable
from typing import NamedTuple
from xml.etree.ElementTree import Element

from res2net_mm.errors import UserError
from res2net_mm.formats.boxes.shapes import Point, turned
from res2net_mm.formats.boxes.xml_file import read_xml
from res2net_mm.formats.image_file import shown_size

Corners = tuple[float, float, float, float]  # xmin, ymin, xmax, ymax
NO_BOX: Corners = (math.nan,) * 4
ENDS = (
    'left_top',
    'right_top',
    'right_bottom',
    'left_bottom',
)  # of a turned box in DIOR-R


class Object(NamedTuple):
    """An object: its class, box, whether it is difficult to see, and its outline in px, if any."""

    label: str
    corners: Corners
    difficult: bool
    outline: list[Point]


class Annotation(NamedTuple):
    """Height and width in px, the objects, and the encoding of the file if it was guessed."""

    height: int
    width: int
    objects: list[Object]
    guessed: str | None


def read_annotation(file: str, image: str) -> Annotation:
    """Return what an XML file says.

    Edges that are no numbers are nan. Outlines are polygons of LabelMe or Roboflow, or the four
    corners of a turned box, as roLabelImg and DIOR have it.

    Args:
        file: Path of the XML file.
        image: Path of the image. It is opened if the XML file has no size.

    Raises:
        UserError: It cannot be read, is of another kind, or an object has no class.
    """
    top, guessed = read_xml(file)
    if top.tag.lower() != 'annotation':
        raise UserError(f'{file} has the root element <{top.tag:.40}>, not <annotation>.')
    width, height = _numbers(top, ('size/width', 'size/height'))
    if not (0 < width < math.inf and 0 < height < math.inf):  # absent, or 0 as some tools write
        height, width = shown_size(image)
    objects = []
    for entry in top.iter('object'):
        label = (entry.findtext('name') or '').strip()
        if entry.findtext('deleted') == '1':  # LabelMe keeps what was deleted
            continue
        if not label:
            raise UserError(f'{file}: an object has no <name>; give it its class.')
        box, corners = entry.find('bndbox'), NO_BOX
        if box is not None:
            xmin, ymin, xmax, ymax = _numbers(box, ('xmin', 'ymin', 'xmax', 'ymax'))
            corners = xmin, ymin, xmax, ymax
        difficult = _number(entry.findtext('difficult')) == 1
        objects.append(Object(label, corners, difficult, _outline(entry)))
    return Annotation(int(height), int(width), objects, guessed)


def _outline(entry: Element) -> list[Point]:
    """Return the outline of an object, none if it has none of three points or more."""
    polygon, box = entry.find('polygon'), entry.find('robndbox')
    points: list[Point] = []
    if polygon is not None:
        ends = [_numbers(end, ('x', 'y')) for end in polygon.iterfind('pt')]
        count = len(polygon) // 2
        ends = ends or [_numbers(polygon, (f'x{i}', f'y{i}')) for i in range(1, count + 1)]
        points = [(x, y) for x, y in ends]
    elif box is not None and box.find('angle') is not None:
        x, y, width, height, angle = _numbers(box, ('cx', 'cy', 'w', 'h', 'angle'))
        if math.isfinite(x + y + width + height + angle):
            left, top, right, bottom = (
                x - width / 2,
                y - height / 2,
                x + width / 2,
                y + height / 2,
            )
            upright = [(left, top), (right, top), (right, bottom), (left, bottom)]
            points = turned(upright, math.degrees(angle))
    elif box is not None:
        points = [(x, y) for x, y in (_numbers(box, (f'x_{end}', f'y_{end}')) for end in ENDS)]
    usable = len(points) > 2 and all(math.isfinite(x + y) for x, y in points)
    return points if usable else []


def _numbers(element: Element, paths: Iterable[str]) -> list[float]:
    return [_number(element.findtext(path)) for path in paths]


def _number(text: str | None) -> float:
    """Return the number that a text is, nan for any other."""
    try:
        return float(text or '')
    except ValueError:
        return math.nan
