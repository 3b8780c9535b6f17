"""Lists of images with a class behind each, such as ImageNet's ``meta/train.txt``."""

import re
from pathlib import Path

from res2net_mm.errors import UserError
from res2net_mm.formats.boxes.label_files import (
    files_like,
    has_files_like,
    read_each,
    split_of_file,
)
from res2net_mm.formats.findings import Findings
from res2net_mm.formats.image_classes.class_folders import nfc
from res2net_mm.formats.image_classes.class_names import is_number
from res2net_mm.formats.image_classes.label_rows import LabelRow, splits_of_rows
from res2net_mm.formats.reader import IMAGE_CLASSES, ClassifiedImages, Reader
from res2net_mm.formats.text_file import read_lines

LOOKED_FOR = 'lists with an image and its class in each line, such as meta/train.txt'
_SUFFIX = r'\.(?:jpe?g|png|bmp|tiff?|webp)'
_LINE = rf'(?P<image>[^\n]*?{_SUFFIX})["\']?(?:[ \t]+|[ \t]*[,;][ \t]*)(?P<label>[^\n]+)'
#: A class is behind the image, and no second image such as a label map.
START = rf'(?i)\A(?:#[^\n]*\n)*(?![^\n]*{_SUFFIX}[^\n]*{_SUFFIX}){_LINE}(\n|\Z)'


def read_class_lists(root: Path, findings: Findings) -> dict[str, ClassifiedImages]:
    """Return the splits of a folder with lists of images and classes; none if it holds none.

    The name of a list or its folders name its split, else the folders of the image. A class is a
    name or a number; numbers are named as :func:`name_classes` says. Of columns parted by tabs the
    first two count.

    Raises:
        UserError: ``findings`` stop at an error, such as a list that cannot be read.
    """
    return splits_of_rows(root, rows_of_lists(root, findings), findings)


def rows_of_lists(root: Path, findings: Findings) -> list[LabelRow]:
    """Return the rows of all lists of a folder."""

    def read(file: Path) -> list[LabelRow]:
        split = split_of_file(file.relative_to(root))
        return [_row(file, line, split) for line in read_lines(file) if not line.startswith('#')]

    files = files_like(root, '.txt', START)
    return [row for _, rows in read_each(root, files, read, findings) for row in rows]


def _row(file: Path, line: str, split: str | None) -> LabelRow:
    """Return the row of a line.

    Raises:
        UserError: It has no image, or several classes.
    """
    if '\t' in line:
        line = '\t'.join(line.split('\t')[:2])
    found = re.fullmatch(_LINE, line, re.IGNORECASE)
    if found is None:
        bare = re.fullmatch(rf'.*{_SUFFIX}', line, re.IGNORECASE)
        if bare is None:
            raise UserError(f'{file}: the line {line!r:.200} is not an image and its class')
        return LabelRow(file, line, '', split)
    label = found['label'].strip().strip('"\'')
    if len(parts := label.split()) > 1 and all(map(is_number, parts)):
        raise UserError(f'{file} gives {found["image"]} {len(parts)} numbers: one class is needed')
    return LabelRow(file, found['image'].strip('"\' '), nfc(label), split)


CLASS_LISTS = Reader(
    'classlist',
    IMAGE_CLASSES,
    LOOKED_FOR,
    lambda root: has_files_like(root, '.txt', START),
    read_class_lists,
    '.txt',
    START,
    title='list of image classes',
)
