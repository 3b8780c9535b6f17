"""WIDER FACE: one text file for each split, with a path, a count and the boxes of each image."""

from collections.abc import Sequence
from pathlib import Path

from res2net_mm.errors import UserError
from res2net_mm.formats.boxes.drawn_images import Drawn, DrawnImages
from res2net_mm.formats.boxes.label_files import (
    files_like,
    has_files_like,
    read_each,
    split_of_file,
)
from res2net_mm.formats.boxes.shapes import corners
from res2net_mm.formats.findings import Findings
from res2net_mm.formats.reader import BOXES, BoxImages, Reader
from res2net_mm.formats.text_file import read_lines

LOOKED_FOR = 'WIDER FACE: wider_face_split/wider_face_train_bbx_gt.txt beside WIDER_train/images'
START = r'(?i)\A\s*[^\n]+\.(jpe?g|png)\s*\n\s*\d+\s*\n\s*(-?\d+[ \t]+){3,}-?\d+'
CLASS = 'face'
INVALID = 7  # which number of a line says that a face is to be ignored


def read_wider_face(root: Path, findings: Findings) -> dict[str, BoxImages]:
    """Return the splits of a folder with files of WIDER FACE; none if it holds none.

    All boxes are of one class; those marked invalid become crowds. The name of a file names its
    split.

    Raises:
        UserError: ``findings`` stop at an error, such as a file that cannot be read.
    """
    images = DrawnImages(root, findings)
    for file, found in read_each(root, files_like(root, '.txt', START), _read, findings):
        split = split_of_file(file.relative_to(root))
        for name, boxes in found:
            image = images.image(file, name, split=split)
            for box in boxes:
                images.draw(image, box, _drawn)
    return images.as_splits(names_from='WIDER FACE has one')


def _read(file: Path) -> list[tuple[str, list[str]]]:
    """Return the images and the lines of their boxes."""
    lines = read_lines(file)
    found, at = [], 0
    while at < len(lines):
        count = lines[at + 1] if at + 1 < len(lines) else ''
        if not count.isdecimal():
            raise UserError(f'{file}: {lines[at]!r:.80} is followed by no number of boxes')
        boxes = lines[at + 2 : at + 2 + max(int(count), 1)]  # of none a line of zeros is written
        if not int(count) and boxes and not _is_box(boxes[0].split()):
            boxes = []
        at += 2 + len(boxes)
        found.append((lines[at - len(boxes) - 2], boxes if int(count) else []))
    return found


def _is_box(values: Sequence[str]) -> bool:
    return len(values) >= 4 and all(value.lstrip('-').isdecimal() for value in values)


def _drawn(line: str) -> Drawn:
    values = line.split()
    if not _is_box(values):
        raise ValueError('a line that is no box')
    is_invalid = len(values) > INVALID and values[INVALID] == '1'
    return Drawn(CLASS, corners(*values[:4]), more={'iscrowd': int(is_invalid)})


WIDER_FACE = Reader(
    'widerface',
    BOXES,
    LOOKED_FOR,
    lambda root: has_files_like(root, '.txt', START),
    read_wider_face,
    '.txt',
    START,
    'WIDER FACE layout',
)
