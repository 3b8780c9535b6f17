"""VGG Image Annotator, versions 1 and 2: a JSON or CSV file with the regions of many images."""

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from res2net_mm.errors import UserError
from res2net_mm.formats.boxes.drawn_images import Drawn, DrawnImages
from res2net_mm.formats.boxes.label_files import (
    files_like,
    has_files_like,
    read_each,
    split_of_file,
)
from res2net_mm.formats.boxes.shapes import corners, ellipse, polygon, turned
from res2net_mm.formats.findings import NOTE, Findings
from res2net_mm.formats.reader import BOXES, BoxImages, Reader
from res2net_mm.formats.text_file import read_json, read_rows

LOOKED_FOR = 'VIA: a JSON or CSV file with regions'
START = r'(?s)"_via_\w+"\s*:|"shape_attributes"\s*:|"filename"\s*:.*"(regions|base64_img_data)"\s*:'
CSV_START = r'^#?filename,.*region_shape_attributes'
#: Region attributes that people name the class, the likeliest first.
USUAL = ('class', 'label', 'name', 'type', 'category', 'object')
NO_CLASS = 'object'  # what objects are called where no attribute says it


class _File(NamedTuple):
    """The images of a file with their regions, and the values that it offers by attribute."""

    images: list[tuple[str, list[Any]]]
    options: dict[str, list[str]]


def read_via(root: Path, findings: Findings) -> dict[str, BoxImages]:
    """Return the splits of a folder with files of VIA; none if it holds none.

    Rectangles become boxes; polygons, circles and ellipses become masks. Points and lines are not
    used. The class is the region attribute that most regions have, of several the one with the
    likeliest name; classes are in the order in which VIA offers them, else of the alphabet. The
    name of a file or its folders name its split, else the folders of the image.

    Raises:
        UserError: ``findings`` stop at an error, such as a file that cannot be read.
    """
    files = [*files_like(root, '.json', START), *files_like(root, '.csv', CSV_START)]
    read = dict(read_each(root, files, _read, findings))
    regions = [region for file in read.values() for _, found in file.images for region in found]
    key = _class_key(root, regions, findings)
    images = DrawnImages(root, findings)
    for file, (content, _) in read.items():
        split = split_of_file(file.relative_to(root))
        for name, entries in content:
            image = images.image(file, f'{file.relative_to(root).parent}/{name}', split=split)
            for entry in entries:
                images.draw(image, entry, lambda entry: _drawn(entry, key))
    used = {_value(region, key) for region in regions}
    offered = [value for file in read.values() for value in file.options.get(key or '', [])]
    return images.as_splits(value for value in offered if value in used)


def _read(file: Path) -> _File:
    if file.suffix.lower() == '.csv':
        return _File(_rows(file), {})
    content = read_json(file)
    entries = content.get('_via_img_metadata', content) if isinstance(content, dict) else None
    if not isinstance(entries, dict):
        raise UserError(f'{file} has no regions of images by name')
    images = []
    for key, entry in entries.items():
        regions = entry.get('regions') if isinstance(entry, dict) else None
        if isinstance(regions, dict):  # of version 1
            regions = [*regions.values()]
        if not isinstance(regions, list) or not isinstance(entry.get('filename'), str):
            raise UserError(f'{file}: {key!r} has no filename or no regions')
        images.append((entry['filename'], regions))
    offered = content.get('_via_attributes')
    offered = offered.get('region') if isinstance(offered, dict) else None
    options = {
        key: [*attribute['options']]
        for key, attribute in (offered if isinstance(offered, dict) else {}).items()
        if isinstance(attribute, dict) and isinstance(attribute.get('options'), dict)
    }
    return _File(images, options)


def _rows(file: Path) -> list[tuple[str, list[Any]]]:
    """Return the images of a CSV file, which has a line for each region."""
    images: dict[str, list[Any]] = {}
    for row in read_rows(file):
        regions = images.setdefault(row['filename'], [])
        if row.get('regioncount') == '0':
            continue
        try:
            keys = ('shape_attributes', 'region_attributes')
            texts = (row[f'region{key}'] for key in ('shapeattributes', 'attributes'))
            regions.append(dict(zip(keys, map(json.loads, texts), strict=True)))
        except (KeyError, ValueError) as error:
            raise UserError(f'{file}: a region of {row["filename"]} is no JSON') from error
    return [*images.items()]


def _class_key(root: Path, regions: Iterable[Any], findings: Findings) -> str | None:
    """Return the attribute that holds the class, None where regions have none."""
    counts = Counter(key for region in regions for key, _ in _values(region))
    if not counts:
        what = f'objects without any region attribute, called {NO_CLASS!r}'
        findings.add(NOTE, root, what, count=len([*regions]) or None)
        return None
    most = max(counts.values())
    fullest = [key for key, count in counts.items() if count == most]
    likely = {key.lower(): key for key in reversed(fullest)}
    key = next((likely[name] for name in USUAL if name in likely), fullest[0])
    others = [other for other in counts if other != key]
    findings.add(NOTE, root, f'region attributes beside {key!r}, which names the classes', others)
    return key


def _values(region: Any) -> Iterator[tuple[str, str]]:
    """Return the attributes of a region that have one value."""
    attributes = region.get('region_attributes') if isinstance(region, Mapping) else None
    for key, value in attributes.items() if isinstance(attributes, Mapping) else ():
        if isinstance(value, Mapping):  # boxes to tick
            ticked = [name for name, is_set in value.items() if is_set]
            value = ticked[0] if len(ticked) == 1 else ''
        if (text := str(value).strip()) and value is not None:
            yield key, text


def _value(region: Any, key: str | None) -> str | None:
    return NO_CLASS if key is None else dict(_values(region)).get(key)


def _drawn(region: Mapping[str, Any], key: str | None) -> Drawn | str:
    shape = region['shape_attributes']
    kind = shape['name']
    if kind not in ('rect', 'polygon', 'circle', 'ellipse'):
        return f'objects drawn as {kind}'
    label = _value(region, key)
    if label is None:
        raise ValueError('a region without a class')
    if kind == 'rect':
        return Drawn(label, corners(*(shape[side] for side in ('x', 'y', 'width', 'height'))))
    if kind == 'polygon':
        x, y = shape['all_points_x'], shape['all_points_y']
        return Drawn(label, polygon(zip(x, y, strict=True)), is_polygon=True)
    across, down = (shape['r'],) * 2 if kind == 'circle' else (shape['rx'], shape['ry'])
    points = ellipse(shape['cx'], shape['cy'], across, down)
    if theta := shape.get('theta'):
        points = turned(points, math.degrees(theta))
    return Drawn(label, points, is_polygon=True)


VIA = Reader(
    'via',
    BOXES,
    LOOKED_FOR,
    lambda root: has_files_like(root, '.json', START) or has_files_like(root, '.csv', CSV_START),
    read_via,
    '.json',
    START,
)
