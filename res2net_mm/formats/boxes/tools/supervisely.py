"""Supervisely: a JSON file for each image in ann/, the images in img/, the classes in meta.json."""

import base64
import io
import zlib
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from pycocotools import mask as mask_api

from res2net_mm.errors import UserError
from res2net_mm.formats.boxes.drawn_images import Drawn, DrawnImages, class_name
from res2net_mm.formats.boxes.label_files import (
    files_like,
    has_files_like,
    read_each,
    split_of_folders,
)
from res2net_mm.formats.boxes.shapes import mask_of, pairs, polygon
from res2net_mm.formats.findings import Findings
from res2net_mm.formats.image_file import UNREADABLE, Size, shown_size
from res2net_mm.formats.reader import BOXES, BoxImages, Reader
from res2net_mm.formats.text_file import read_json

LOOKED_FOR = 'Supervisely: meta.json, and ann/*.json beside img/'
START = r'"(classTitle|geometryType)"\s*:|"size"\s*:\s*\{[^{}]*\}\s*,\s*"objects"\s*:'


def read_supervisely(root: Path, findings: Findings) -> dict[str, BoxImages]:
    """Return the splits of a project of Supervisely; none if the folder holds none.

    Rectangles become boxes; polygons and bitmaps become masks. Points and lines are not used. The
    folder of a data set names its split. Classes are in the order of ``meta.json``.

    Raises:
        UserError: ``findings`` stop at an error, such as a file that cannot be read.
    """
    images = DrawnImages(root, findings)
    files = files_like(root, '.json', START)
    for file, content in read_each(root, files, _read, findings):
        place = file.relative_to(root)
        path = (place.parent.parent / 'img' / place.stem).as_posix()
        size = content.get('size')
        size = (size.get('height'), size.get('width')) if isinstance(size, dict) else None
        image = images.image(file, path, size, split_of_folders(place))
        read = partial(_drawn, size=image.size, image=root / image.path)
        for entry in content['objects']:
            images.draw(image, entry, read)
    classes = _classes(root) if files else []
    return images.as_splits(classes, 'from meta.json' if classes else 'from the label files')


def _read(file: Path) -> dict[str, Any]:
    content = read_json(file)
    if not isinstance(content, dict) or not isinstance(content.get('objects'), list):
        raise UserError(f'{file} has no list objects')
    return content


def _classes(root: Path) -> list[str]:
    """Return the classes of the nearest meta.json, none where there is no list of them."""
    files = sorted(root.rglob('meta.json'), key=lambda file: len(file.parts))
    content = read_json(files[0]) if files else None
    classes = content.get('classes') if isinstance(content, dict) else None
    classes = classes if isinstance(classes, list) else []
    titles = [entry.get('title') for entry in classes if isinstance(entry, dict)]
    return [title for title in titles if isinstance(title, str)]


def _drawn(entry: Mapping[str, Any], size: Size | None, image: Path) -> Drawn | str:
    kind = entry.get('geometryType') or ('bitmap' if entry.get('bitmap') else 'polygon')
    label = class_name(entry['classTitle'])
    if kind == 'bitmap':
        left, top = map(int, entry['bitmap']['origin'])
        bits = _bits(entry['bitmap']['data'])
        box, more = mask_of(bits, left, top, *(size or shown_size(image)))
        return Drawn(label, box, more=more)
    if kind not in ('rectangle', 'polygon'):
        return f'objects drawn as {kind}'
    points = pairs(entry['points']['exterior'])
    if kind == 'rectangle':
        first, second = points
        return Drawn(label, [first, second])
    holes = [polygon(hole) for hole in entry['points'].get('interior') or []]
    if not holes:
        return Drawn(label, polygon(points), is_polygon=True)
    height, width = size or shown_size(image)
    rings = [[value for point in ring for value in point] for ring in (points, *holes)]
    filled = mask_api.decode(mask_api.frPyObjects(rings, height, width))
    box, more = mask_of(filled[..., 0] & ~filled[..., 1:].any(-1), 0, 0, height, width)
    return Drawn(label, box, more=more)


def _bits(text: str) -> Any:
    try:
        with Image.open(io.BytesIO(zlib.decompress(base64.b64decode(text)))) as picture:
            return np.asarray(
                picture.convert('RGBA').getchannel('A') if 'A' in picture.mode else picture
            )
    except (*UNREADABLE, zlib.error) as error:
        raise ValueError('a bitmap that is no PNG') from error


SUPERVISELY = Reader(
    'supervisely',
    BOXES,
    LOOKED_FOR,
    lambda root: has_files_like(root, '.json', START),
    read_supervisely,
    '.json',
    START,
    'Supervisely layout',
)
