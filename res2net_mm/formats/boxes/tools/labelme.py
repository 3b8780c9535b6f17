"""labelme: a JSON file for each image, beside it or in a folder of its own."""

import base64
import io
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from res2net_mm.errors import UserError
from res2net_mm.formats.boxes.coco_dict import polygon_area
from res2net_mm.formats.boxes.drawn_images import Drawn, DrawnImages, class_name
from res2net_mm.formats.boxes.label_files import (
    files_like,
    has_files_like,
    read_each,
    split_of_folders,
)
from res2net_mm.formats.boxes.shapes import Point, ellipse, mask_of, pairs, polygon
from res2net_mm.formats.findings import NOTE, Findings
from res2net_mm.formats.image_file import UNREADABLE, Size, shown_size
from res2net_mm.formats.reader import BOXES, BoxImages, Reader
from res2net_mm.formats.text_file import read_json, read_lines

LOOKED_FOR = 'labelme: a JSON file with shapes for each image'
START = r'"(shapes|imagePath|imageData|lineColor)"\s*:'
NO_CLASSES = ('__ignore__', '_background_')  # in labels.txt


def read_labelme(root: Path, findings: Findings) -> dict[str, BoxImages]:
    """Return the splits of a folder of labelme's JSON files; none if it holds none.

    Rectangles become boxes; polygons, circles and masks become masks. Polygons that share a class
    and a ``group_id`` are parts of one object, as where labelme exports them. Points and lines are
    not used. The folders of a file, else of its image, name its split. Classes are in the order of
    ``labels.txt`` where there is one, else of the alphabet.

    Raises:
        UserError: ``findings`` stop at an error, such as a file that cannot be read.
    """
    images = DrawnImages(root, findings)
    files = files_like(root, '.json', START)
    joined: list[str] = []
    for file, content in read_each(root, files, _read, findings):
        folder = file.relative_to(root).parent.as_posix()
        # An image that was renamed together with its file has another name within.
        paths = [f'{folder}/{name}' for name in (content['imagePath'], file.stem) if name]
        path = next((path for path in paths if images.find(path)), paths[0])
        size = content.get('imageHeight'), content.get('imageWidth')
        image = images.image(file, path, size, split_of_folders(file.relative_to(root)))
        objects = _objects(content['shapes'])
        joined += [file.name for parts in objects if len(parts) > 1]
        read = partial(_drawn, size=image.size, image=root / image.path)
        for parts in objects:
            images.draw(image, parts, read)
    what = 'objects of several polygons that share label and group_id'
    findings.add(NOTE, root, what, joined)
    order = root / 'labels.txt'
    names = read_lines(order) if files and order.is_file() else []
    classes = [name for name in names if name not in NO_CLASSES]
    return images.as_splits(classes, 'from labels.txt' if classes else 'from the label files')


def _read(file: Path) -> dict[str, Any]:
    content = read_json(file)
    if not isinstance(content, dict) or not isinstance(content.get('shapes'), list):
        raise UserError(f'{file} has no list shapes')
    path = content.get('imagePath')
    return {**content, 'imagePath': path if isinstance(path, str) else ''}


def _objects(shapes: Sequence[Any]) -> list[list[Any]]:
    """Return the shapes, those together that are polygons of one object."""
    objects: dict[Any, list[Any]] = {}
    for index, shape in enumerate(shapes):
        key: Any = index
        if isinstance(shape, Mapping) and shape.get('shape_type', 'polygon') == 'polygon':
            group = shape.get('group_id')
            key = index if group is None else f'{group!r} {shape.get("label")!r}'
        objects.setdefault(key, []).append(shape)
    return [*objects.values()]


def _drawn(parts: Sequence[Any], size: Size | None, image: Path) -> Drawn | str:
    if len(parts) > 1:
        polygons = [polygon(part['points']) for part in parts]
        points = [point for part in polygons for point in part]
        masks = [[value for point in part for value in point] for part in polygons]
        more = {'segmentation': masks, 'area': sum(map(polygon_area, polygons))}
        return Drawn(class_name(parts[0]['label']), points, more=more)
    (shape,) = parts
    kind = shape.get('shape_type') or 'polygon'
    label = class_name(shape['label'])
    if kind == 'rectangle':
        return Drawn(label, _two_or_more(shape['points']))
    if kind in ('polygon', 'rotation'):
        return Drawn(label, polygon(shape['points']), is_polygon=True)
    if kind == 'circle':
        (x, y), (edge_x, edge_y) = pairs(shape['points'])
        radius = ((x - edge_x) ** 2 + (y - edge_y) ** 2) ** 0.5
        return Drawn(label, ellipse(x, y, radius, radius), is_polygon=True)
    if kind == 'mask':
        (left, top), _ = pairs(shape['points'])
        bits = _bits(shape['mask'])
        box, more = mask_of(bits, round(left), round(top), *(size or shown_size(image)))
        return Drawn(label, box, more=more)
    return f'objects drawn as {kind}'


def _two_or_more(values: Sequence[Sequence[Any]]) -> list[Point]:
    """Return the corners of a rectangle, of which other tools than labelme write all four."""
    if len(values) < 2:
        raise ValueError('a rectangle of under two corners')
    return pairs(values)


def _bits(png: str) -> Any:
    try:
        with Image.open(io.BytesIO(base64.b64decode(png))) as picture:
            return np.asarray(picture.convert('L'))
    except UNREADABLE as error:
        raise ValueError('a mask that is no PNG') from error


LABELME = Reader(
    'labelme',
    BOXES,
    LOOKED_FOR,
    lambda root: has_files_like(root, '.json', START),
    read_labelme,
    '.json',
    START,
    'labelme layout',
)
