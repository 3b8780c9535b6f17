"""CreateML: a JSON list of images, their boxes by centre and sides."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from res2net_mm.errors import UserError
from res2net_mm.formats.boxes.drawn_images import Drawn, DrawnImages, class_name
from res2net_mm.formats.boxes.label_files import (
    files_like,
    has_files_like,
    read_each,
    split_of_file,
)
from res2net_mm.formats.boxes.shapes import corners
from res2net_mm.formats.findings import Findings
from res2net_mm.formats.finite_numbers import finite
from res2net_mm.formats.reader import BOXES, BoxImages, Reader
from res2net_mm.formats.text_file import read_json

LOOKED_FOR = 'CreateML: train/_annotations.createml.json'
START = (
    r'^\s*\[\s*\{\s*("(image|imagefilename)"\s*:\s*"[^"]*"\s*,\s*"annotations?"'
    r'|"annotations?"\s*:\s*\[\s*(\{\s*"(label|coordinates)"|\]\s*,\s*"(image|imagefilename)"))'
)
NAMES = ('image', 'imagefilename')
LISTS = ('annotations', 'annotation')


def read_createml(root: Path, findings: Findings) -> dict[str, BoxImages]:
    """Return the splits of a folder with files of CreateML; none if it holds none.

    Coordinates are the centre and the sides of a box in px. The name of a file or its folders name
    its split, else the folders of the image. Classes are in the order of the alphabet.

    Raises:
        UserError: ``findings`` stop at an error, such as a file that cannot be read.
    """
    images = DrawnImages(root, findings)
    for file, content in read_each(root, files_like(root, '.json', START), _read, findings):
        place = file.relative_to(root)
        for name, entries in content:
            image = images.image(file, f'{place.parent}/{name}', split=split_of_file(place))
            for entry in entries:
                images.draw(image, entry, _drawn)
    return images.as_splits()


def _read(file: Path) -> list[tuple[str, list[Any]]]:
    """Return the images with their boxes."""
    images = []
    for index, entry in enumerate(read_json(file)):
        name = next((entry[key] for key in NAMES if key in entry), None)
        boxes = next((entry[key] for key in LISTS if key in entry), None)
        if not isinstance(name, str) or not isinstance(boxes, list):
            raise UserError(f'{file}: entry {index} has no image or no annotations: {entry!r:.80}')
        images.append((name, boxes))
    return images


def _drawn(entry: Mapping[str, Any]) -> Drawn:
    box = entry['coordinates']
    x, y, width, height = (finite(box[side]) for side in ('x', 'y', 'width', 'height'))
    upper_left = x - width / 2, y - height / 2
    return Drawn(class_name(entry['label']), corners(*upper_left, width, height))


CREATEML = Reader(
    'createml',
    BOXES,
    LOOKED_FOR,
    lambda root: has_files_like(root, '.json', START),
    read_createml,
    '.json',
    START,
    'CreateML layout',
)
