"""Label Studio: a JSON list of tasks, with what was drawn on the image of each in per cent."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from res2net_mm.errors import UserError
from res2net_mm.formats.boxes.drawn_images import Drawn, DrawnImages, class_name
from res2net_mm.formats.boxes.label_files import (
    files_like,
    has_files_like,
    read_each,
    split_of_file,
)
from res2net_mm.formats.boxes.shapes import ellipse, polygon, turned
from res2net_mm.formats.findings import PROBLEM, Findings
from res2net_mm.formats.finite_numbers import finite
from res2net_mm.formats.image_file import IMAGE_SUFFIXES
from res2net_mm.formats.reader import BOXES, BoxImages, Reader
from res2net_mm.formats.text_file import read_json

LOOKED_FOR = 'Label Studio: a JSON export beside the images'
START = (
    r'(?s)^\s*\[\s*\{.*("result"\s*:\s*\[|"(rectangle|polygon|ellipse)labels"\s*:'
    r'|"data"\s*:\s*\{[^{}]*"image"\s*:)'
)
UPLOADED = re.compile(r'^[0-9a-f]{8}-')  # what an upload puts before the name of a file


def read_label_studio(root: Path, findings: Findings) -> dict[str, BoxImages]:
    """Return the splits of a folder with exports of Label Studio; none if it holds none.

    Rectangles become boxes unless they are turned; polygons and ellipses become masks. What else
    was drawn or chosen is not used. Of several annotations of a task the first that was not
    cancelled counts. The name of a file or its folders name its split, else the folders of the
    image. Classes are in the order of the alphabet.

    Raises:
        UserError: ``findings`` stop at an error, such as a file that cannot be read.
    """
    images = DrawnImages(root, findings)
    unused = []
    for file, tasks in read_each(root, files_like(root, '.json', START), _read, findings):
        split = split_of_file(file.relative_to(root))
        for name, results, others in tasks:
            short = f'{name.rpartition("/")[0]}/{UPLOADED.sub("", name.rpartition("/")[2])}'
            size = next((_size(result) for result in results if isinstance(result, Mapping)), None)
            image = images.image(file, name if images.find(name) else short, size, split)
            unused += [image.path] * others
            labelled = {_id(result) for result in results if _classes(result)} - {''}
            for result in results:
                if _classes(result) or _id(result) not in labelled:  # else its class comes apart
                    images.draw(image, result, _drawn)
    what = 'annotations of images beside the first, not used'
    findings.add(PROBLEM, root, what, unused, 'keep one annotation of each task')
    return images.as_splits()


def _read(file: Path) -> list[tuple[str, list[Any], int]]:
    """Return of each task the image, what was drawn on it, and how many more annotations it has."""
    tasks = []
    for index, task in enumerate(read_json(file)):
        data = task.get('data', task) if isinstance(task, dict) else {}
        urls = data.values() if isinstance(data, dict) else ()
        names = (_name(url) for url in urls if isinstance(url, str))
        name = next((name for name in names if name.lower().endswith(IMAGE_SUFFIXES)), None)
        if name is None:
            raise UserError(f'{file}: task {index} names no image: {task!r:.80}')
        annotations = task.get('annotations', task.get('completions'))
        if annotations is None:  # JSON-MIN
            lists = (value for value in task.values() if isinstance(value, list))
            results = [dict(value=value) for values in lists for value in values]
            tasks.append((name, results, 0))
            continue
        made = [of for of in annotations if isinstance(of, dict) and not of.get('was_cancelled')]
        found = [of['result'] for of in made if isinstance(of.get('result'), list)]
        tasks.append((name, found[0] if found else [], max(len(found) - 1, 0)))
    return tasks


def _name(url: str) -> str:
    """Return the path of an image in its URL, perhaps one of a local file."""
    parts = urlsplit(url)
    return unquote(parse_qs(parts.query).get('d', [parts.path])[0])


def _size(result: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return height and width of the image as a result tells them."""
    value = result.get('value')
    told = value if isinstance(value, Mapping) and 'original_width' in value else result
    return told.get('original_height'), told.get('original_width')


def _id(result: Any) -> str:
    return str(result.get('id') or '') if isinstance(result, Mapping) else ''


def _classes(result: Any) -> Any:
    value = result.get('value') if isinstance(result, Mapping) else None
    value = value if isinstance(value, Mapping) else {}
    return next((value[key] for key in value if key.endswith('labels')), None)


def _drawn(result: Mapping[str, Any]) -> Drawn | str:
    value, classes = result['value'], _classes(result)
    kind = result.get('type') or next((key for key in value if key.endswith('labels')), 'choice')
    if 'rle' in value or not ('points' in value or 'radiusX' in value or 'height' in value):
        return f'objects drawn as {kind}'
    (label,) = map(class_name, classes)
    height, width = map(finite, _size(result))
    if 'points' in value:
        points = [(finite(x) * width / 100, finite(y) * height / 100) for x, y in value['points']]
        return Drawn(label, polygon(points), is_polygon=True)
    x, y = finite(value['x']) * width / 100, finite(value['y']) * height / 100
    turn = finite(value.get('rotation') or 0)
    if 'radiusX' in value:
        across, down = (finite(value[key]) / 100 for key in ('radiusX', 'radiusY'))
        points = ellipse(x, y, across * width, down * height)
        return Drawn(label, turned(points, turn) if turn else points, is_polygon=True)
    right = x + finite(value['width']) * width / 100
    bottom = y + finite(value['height']) * height / 100
    if not turn:
        return Drawn(label, [(x, y), (right, bottom)])
    square = [(x, y), (right, y), (right, bottom), (x, bottom)]
    return Drawn(label, turned(square, turn, about=(x, y)), is_polygon=True)


LABEL_STUDIO = Reader(
    'labelstudio',
    BOXES,
    LOOKED_FOR,
    lambda root: has_files_like(root, '.json', START),
    read_label_studio,
    '.json',
    START,
    'Label Studio layout',
)
