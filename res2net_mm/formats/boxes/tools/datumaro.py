"""Datumaro: a JSON file for each split, with its classes and the objects of its images."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from res2net_mm.errors import UserError
from res2net_mm.formats.boxes.drawn_images import Drawn, DrawnImages
from res2net_mm.formats.boxes.label_files import (
    files_like,
    has_files_like,
    read_each,
    split_of_file,
)
from res2net_mm.formats.boxes.shapes import corners, polygon
from res2net_mm.formats.findings import Findings
from res2net_mm.formats.reader import BOXES, BoxImages, Reader
from res2net_mm.formats.text_file import read_json

LOOKED_FOR = 'Datumaro: annotations/train.json'
START = r'"categories"\s*:\s*\{\s*"\w+"\s*:\s*\{|"items"\s*:\s*\[\s*\{\s*"id"\s*:'


def read_datumaro(root: Path, findings: Findings) -> dict[str, BoxImages]:
    """Return the splits of a folder with files of Datumaro; none if it holds none.

    Boxes stay boxes, polygons become masks; other annotations are not used. The name of a file or
    its folders name its split. Classes are in the order of the file.

    Raises:
        UserError: ``findings`` stop at an error, such as a file that cannot be read.
    """
    images = DrawnImages(root, findings)
    classes: list[str] = []
    for file, (names, items) in read_each(root, files_like(root, '.json', START), _read, findings):
        classes += names
        split = split_of_file(file.relative_to(root))
        for item in items:
            media = item.get('image')
            media = media if isinstance(media, dict) else {}
            size = media.get('size')
            size = tuple(size) if isinstance(size, list) and len(size) == 2 else None
            name = media.get('path') or item.get('id')
            image = images.image(file, name, size, split)
            for entry in item['annotations']:
                images.draw(image, entry, partial(_drawn, names=names))
    return images.as_splits(classes)


def _read(file: Path) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the classes of a file and its items."""
    content = read_json(file)
    try:
        names = [str(label['name']) for label in content['categories']['label']['labels']]
        items = content['items']
    except (LookupError, TypeError) as error:
        raise UserError(f'{file} has no items, or no labels among its categories') from error
    for index, item in enumerate(items):
        if not isinstance(item, dict) or not isinstance(item.get('annotations'), list):
            raise UserError(f'{file}: item {index} has no list annotations: {item!r:.80}')
    return names, items


def _drawn(entry: Mapping[str, Any], names: Sequence[str]) -> Drawn | str:
    kind = entry['type']
    if kind not in ('bbox', 'polygon'):
        return f'objects drawn as {kind}'
    number = entry['label_id']
    if not isinstance(number, int) or not 0 <= number < len(names):
        raise ValueError('a label_id that is not among the labels')
    if kind == 'bbox':
        return Drawn(names[number], corners(*entry['bbox']))
    values = entry['points']
    points = polygon(zip(values[::2], values[1::2], strict=True))
    return Drawn(names[number], points, is_polygon=True)


DATUMARO = Reader(
    'datumaro',
    BOXES,
    LOOKED_FOR,
    lambda root: has_files_like(root, '.json', START),
    read_datumaro,
    '.json',
    START,
    'Datumaro layout',
)
