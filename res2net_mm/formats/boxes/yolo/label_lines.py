"""Lines of YOLO's label files: a class and a box, a polygon, or a box with keypoints."""

import math
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import NamedTuple

from res2net_mm.errors import UserError
from res2net_mm.formats.boxes.shapes import Point
from res2net_mm.formats.text_file import read_lines

START = r'\A\s*\d+([ \t]+[\d.eE+-]+){4,}[ \t]*([\r\n]|\Z)'  # the first of a label file
IN_PIXELS = 2.0  # a coordinate beyond it is no share of a side, however badly a box was drawn


class Line(NamedTuple):
    """The number of a class and what follows, shares of the image's sides."""

    number: int
    values: list[float]


def read_label_file(file: Path, name: str) -> tuple[list[Line], list[str]]:
    """Return the lines of a label file, and those that are no labels with what is wrong.

    Args:
        file: Path of the label file.
        name: Name of the file in messages.
    """
    try:
        texts = read_lines(file)
    except UserError as error:
        return [], [str(error).rstrip('.')]
    lines, faults = [], []
    for index, text in enumerate(texts, start=1):
        try:
            number, *values = map(float, text.split())
            fault = _fault(number, values)
        except ValueError:
            fault = 'not numbers alone'
        if fault:
            faults.append(f'{name}:{index}: {text:.60} ({fault})')
        else:
            lines.append(Line(int(number), values))
    return lines, faults


def _fault(number: float, values: Collection[float]) -> str:
    """Return what is wrong with a line, nothing if nothing is."""
    if not all(map(math.isfinite, (number, *values))):
        return 'not finite'
    if number != int(number) or number < 0:
        return 'no number of a class'
    if len(values) < 4:
        return f'{len(values)} numbers after the class, and a box has 4'
    if max(map(abs, values)) > IN_PIXELS:
        return 'not shares of the sides'
    return ''


def hold_keypoints(lines: Iterable[Line]) -> bool:
    """Return whether lines are boxes with keypoints: x, y and 0, 1 or 2 for how visible it is.

    A polygon can look the same, but not all of a folder, as they have no common length.
    """
    lengths, found = set(), False
    for _, values in lines:
        lengths.add(len(values))
        points = values[4:]
        if len(lengths) > 1 or not points or len(points) % 3 or not {*points[2::3]} <= {0, 1, 2}:
            return False
        found = True
    return found


def points_of(line: Line, *, box_only: bool) -> list[Point] | None:
    """Return two corners of a box or the points of a polygon; None where a line is neither.

    Args:
        line: A parsed line of a label file.
        box_only: Whether the values after the box are not a polygon, but for example keypoints.
    """
    values = line.values[:4] if box_only or len(line.values) == 5 else line.values
    if len(values) == 4:
        x, y, width, height = values
        left, top = x - width / 2, y - height / 2
        return [(left, top), (left + width, top + height)]
    if len(values) % 2:
        return None
    return list(zip(values[::2], values[1::2], strict=True))
