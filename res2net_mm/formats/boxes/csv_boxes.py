"""CSV files with a box in each line, as Roboflow, TensorFlow and RetinaNet have them."""

import json
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from res2net_mm.errors import UserError
from res2net_mm.formats.boxes.drawn_images import Drawn, DrawnImages, class_name
from res2net_mm.formats.boxes.label_files import (
    begins_like,
    files_like,
    has_files_like,
    read_each,
    split_of_file,
)
from res2net_mm.formats.boxes.shapes import corners
from res2net_mm.formats.findings import NOTE, Findings
from res2net_mm.formats.finite_numbers import finite
from res2net_mm.formats.reader import BOXES, BoxImages, Reader
from res2net_mm.formats.text_file import read_rows

LOOKED_FOR = 'CSV: a box in each line, as filename,class,xmin,ymin,xmax,ymax'
# The names that columns go by, as text_file.plain has them.
IMAGE = (
    'filename imagefilename imagename imagepath imageid image img path filepath file imgname '
    'imgpath imgid frame'
)
CLASS = (
    'class classname label labelname category categoryname name object type classid labelid '
    'categoryid target classlabel'
)
EDGES = ('xmin ymin xmax ymax', 'x1 y1 x2 y2', 'x0 y0 x1 y1', 'left top right bottom')
SIDES = ('x y width height', 'x y w h', 'xmin ymin width height', 'left top width height')
BOX = ('bbox', 'box', 'boundingbox')  # with [x, y, width, height] in it
NO_NAMES = ('path', 'x1', 'y1', 'x2', 'y2', 'class')  # the columns of a file that does not name any
NO_CLASS = 'object'

_IMAGE_FILE = r'[^,\n]+\.(jpe?g|png|bmp|tiff?|webp)'
_BARE_START = (
    rf'\A{_IMAGE_FILE},((-?\d+(\.\d+)?,){{4}}[^,\n]+|,,,,)\s*(\n|\Z)'  # all or no coordinates
)
START = (
    r'(?i)\A(?=[^\n]*\b(file_?\w*|image_?\w*|img_?\w*|path|frame)\b)'
    r'(?=[^\n]*\b(x_?min|x_?[01]?|left|bbox|box|bounding_?box)\b)'
    rf'(?![^\n]*\blabelname\b)(?![^\n]*[{{\[])|{_BARE_START}'
)


class _Columns(NamedTuple):
    image: str
    label: str | None
    box: Sequence[str]  # four edges, or corner and sides, or the one with all
    is_edges: bool
    has_size: bool  # whether width and height are the image's


def read_csv_boxes(root: Path, findings: Findings) -> dict[str, BoxImages]:
    """Return the splits of a folder with CSV files of boxes; none if it holds none.

    Columns are known by their usual names. A line without coordinates is an image without a box.
    Coordinates are px, or shares of the image's sides where none is above 1. The name of a file or
    its folders name its split, else the folders of the image. Classes are in the order of a CSV
    file of RetinaNet's (``name,number``) where there is one, else of the alphabet.

    Raises:
        UserError: ``findings`` stop at an error, such as a file that cannot be read.
    """
    read = dict(read_each(root, files_like(root, '.csv', START), _read, findings))
    images = DrawnImages(root, findings, in_shares=_are_shares(read.values()))
    for file, (columns, rows) in read.items():
        split = split_of_file(file.relative_to(root))
        for row in rows:
            size = (row.get('height'), row.get('width')) if columns.has_size else None
            image = images.image(file, row.get(columns.image), size, split)
            if any(row.get(column) for column in columns.box):
                images.draw(image, row, partial(_drawn, columns=columns))
        if columns.label is None:
            what = f'boxes without a column for the class, called {NO_CLASS!r}'
            findings.add(NOTE, file, what, count=len(rows))
    labels = {row.get(of.label, '') for of, rows in read.values() if of.label for row in rows}
    classes = _numbered_classes(root, labels) if read else []
    return images.as_splits(classes)


def _read(file: Path) -> tuple[_Columns, list[dict[str, str]]]:
    """Return the columns of a file and its rows."""
    bare = begins_like(file, f'(?i){_BARE_START}')
    rows = [*read_rows(file, NO_NAMES if bare else ())]
    names = [*rows[0]] if rows else []
    image = next((name for name in IMAGE.split() if name in names), None)
    label = next((name for name in CLASS.split() if name in names), None)
    boxes = [columns.split() for columns in (*EDGES, *SIDES, *BOX)]
    box = next((columns for columns in boxes if {*columns} <= {*names}), [])
    if image is None or not box:
        known = ', '.join(names) or 'none'
        raise UserError(f'{file}: no columns for the image and its box are among {known}')
    return _Columns(image, label, box, ' '.join(box) in EDGES, 'width' not in box), rows


def _drawn(row: Mapping[str, str], columns: _Columns) -> Drawn:
    if len(columns.box) == 1:
        values = json.loads(row[columns.box[0]])
    else:
        values = [row[column] for column in columns.box]
    x, y, right, bottom = map(finite, values)
    points = [(x, y), (right, bottom)] if columns.is_edges else corners(x, y, right, bottom)
    return Drawn(NO_CLASS if columns.label is None else class_name(row[columns.label]), points)


def _are_shares(files: Collection[tuple[_Columns, Sequence[Mapping[str, str]]]]) -> bool:
    """Return whether the coordinates are shares of the sides: none above 1, and some fractions."""
    values: set[float] = set()
    for columns, rows in files:
        for row in rows if len(columns.box) > 1 else ():
            for column in columns.box:
                try:
                    values.add(finite(row.get(column, '')))
                except ValueError:
                    continue
    return bool(values - {0, 1}) and max(values) <= 1


def _numbered_classes(root: Path, labels: Collection[Any]) -> list[str]:
    """Return the names of a file of lines ``name,number`` by number, if it names all classes."""
    for file in files_like(root, '.csv', r'\A([^,\n]+,\d+\s*(\n|\Z))+\Z'):
        numbers = {row['name']: int(row['number']) for row in read_rows(file, ('name', 'number'))}
        if numbers.keys() >= {*labels} - {''}:
            return sorted(numbers, key=lambda name: numbers[name])
    return []


CSV_BOXES = Reader(
    'csv',
    BOXES,
    LOOKED_FOR,
    lambda root: has_files_like(root, '.csv', START),
    read_csv_boxes,
    '.csv',
    START,
)
