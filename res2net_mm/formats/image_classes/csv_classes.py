"""CSV files with an image and its class in each line, or with a column for each class."""

import csv
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from res2net_mm.errors import UserError
from res2net_mm.formats.boxes.csv_boxes import BOX, CLASS, EDGES, IMAGE
from res2net_mm.formats.boxes.label_files import (
    begins_like,
    files_like,
    has_files_like,
    read_each,
    split_of_file,
)
from res2net_mm.formats.findings import NOTE, PROBLEM, Findings
from res2net_mm.formats.image_classes.class_folders import nfc
from res2net_mm.formats.image_classes.label_rows import LabelRow, splits_of_rows
from res2net_mm.formats.image_file import IMAGE_SUFFIXES
from res2net_mm.formats.reader import IMAGE_CLASSES, ClassifiedImages, Reader
from res2net_mm.formats.splits import split_named
from res2net_mm.formats.text_file import SEPARATORS, plain, read_lines, read_rows

LOOKED_FOR = 'CSV: an image and its class in each line'
# The names that columns go by, as text_file.plain has them, the surest first.
IMAGES = [*IMAGE.split(), 'imagefile', 'id', 'uuid']
CLASSES = [
    *['classname', 'labelname', 'categoryname', 'class', 'label', 'category'],
    *CLASS.split(),
    *['classes', 'labels', 'species', 'breed', 'diagnosis', 'tag', 'predictionstring'],
]
SPLITS = ('split', 'set', 'subset', 'partition', 'phase', 'datasplit', 'dataset')

_NAME = r'[^,;\t|\n]'
_SUFFIX = r'\.(?:jpe?g|png|bmp|tiff?|webp)"?'
_IMAGE_FILE = rf'"?{_NAME}+{_SUFFIX}'
_BARE = rf'\A{_IMAGE_FILE}[,;\t|]{_NAME}+\s*(\n|\Z)'  # an image and a class, below no header
START = (
    r'(?i)\A(?![^\n]*\b(x_?min|x_?[01]|left|bbox|box|bounding_?box)\b)(?:'
    r'(?=[^\n]*\b((file|image|img|path)_?\w*|\w*id|name)\b)[^\n,;\t|]*([,;\t|][^\n,;\t|]+)+\n|'
    rf'[^\n]*[,;\t|][^\n]*\n[^\n]*{_NAME}+{_SUFFIX}|{_BARE})'
)


#: Of files that are surely meant to be read so.
LABELS = (
    r'(?i)\A(?![^\n]*\b(x_?min|x_?[01]|left|bbox|box|bounding_?box)\b)(?:'
    r'(?=[^\n]*\b((file|image|img|path)_?\w*|\w*id|name)\b)'
    rf'[^\n]*\b(class|label|categor|species|breed|diagnosis|target|tag)\w*\b[^\n]*\n|{_BARE})'
)

HEADER_ALONE = rf'{LABELS}\s*\Z'


class _Columns(NamedTuple):
    image: str
    label: str | None  # None where each of `classes` has a column
    classes: Sequence[str]
    split: str | None


def read_class_csvs(root: Path, findings: Findings) -> dict[str, ClassifiedImages]:
    """Return the splits of a folder with CSV files of image classes; none if it holds none.

    Columns are known by their usual names; of two columns the other one is the class, and where
    all others hold 0 and 1 each is a class. Images may lack their suffix. A column, the name of
    the file or its folders name the split, else the folders of the image.

    Raises:
        UserError: ``findings`` stop at an error, such as an image of several classes.
    """
    rows = rows_of_csvs(root, findings)
    empty = [file.name for file in _label_files(root) if begins_like(file, HEADER_ALONE)]
    if empty and not rows:
        raise UserError(f'{root / empty[0]} has no row with an image and its class: fill it')
    findings.add(PROBLEM, root, 'CSV files without a row', empty, 'fill them, or take them away')
    return splits_of_rows(root, rows, findings)


def rows_of_csvs(root: Path, findings: Findings) -> list[LabelRow]:
    """Return the rows of all CSV files of a folder that give images classes."""
    files = _label_files(root)
    samples = [file for file in files if 'submission' in file.name.lower()]
    findings.add(NOTE, root, 'samples of submissions, not read', [file.name for file in samples])

    def read(file: Path) -> list[LabelRow]:
        return _read(file, split_of_file(file.relative_to(root)))

    wanted = [file for file in files if file not in samples]
    return [row for _, rows in read_each(root, wanted, read, findings) for row in rows]


def _label_files(root: Path) -> list[Path]:
    return [file for suffix in ('.csv', '.tsv') for file in files_like(root, suffix, START)]


def _read(file: Path, split: str | None) -> list[LabelRow]:
    """Return the rows of a file; none where it is about something else."""
    first = next(iter(read_lines(file)), '')
    bare = re.match(_BARE, first, re.IGNORECASE) is not None
    rows = [*read_rows(file, ('image', 'label') if bare else ())]
    names = _header(first)
    columns = _Columns('image', 'label', (), None) if bare else _columns(names, rows)
    if columns is None:
        return []
    found = []
    for row in rows:
        label = _one_hot(row, columns, names, file) if columns.label is None else ''
        label = label or row.get(columns.label or '', '')
        if columns.label == 'predictionstring':  # of Kaggle's ImageNet: class and box
            label = label.partition(' ')[0]
        of = split_named(row.get(columns.split, '')) if columns.split else None
        if image := row.get(columns.image, ''):
            found.append(LabelRow(file, image, _whole(nfc(label)), of or split))
    return found


def _header(line: str) -> dict[str, str]:
    """Return the columns of a file as written, by their names in ``plain``."""
    separator = max(SEPARATORS, key=line.count)
    cells = next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
    return {plain(cell): cell.strip() for cell in cells}


def _columns(names: Mapping[str, str], rows: Sequence[Mapping[str, str]]) -> _Columns | None:
    """Return which column is which; None where there is none of images or none of classes."""
    image = next((name for name in IMAGES if name in names), None)
    if image is None:  # the one whose entries are called as images
        row = rows[0] if rows else {}
        image = next((name for name in row if row[name].lower().endswith(IMAGE_SUFFIXES)), None)
    are_boxes = {*names} & {*BOX} or any({*edges.split()} <= {*names} for edges in EDGES)
    if image is None or are_boxes:
        return None
    split = next((n for n in SPLITS if n in names and _are_splits(rows, n)), None)
    rest = [name for name in names if name not in (image, split, '')]  # '' is pandas' index
    label = next((name for name in CLASSES if name in rest), None)
    classes = [name for name in rest if _are_flags(rows, name)]
    if label is None and len(classes) > 1:
        return _Columns(image, None, classes, split)
    if label is None and len(rest) == 1:  # a class, unless each image has another, as a comment
        values = {row.get(rest[0], '') for row in rows}
        label = rest[0] if len(values) < len(rows) else None
    return None if label is None else _Columns(image, label, (), split)


def _are_splits(rows: Sequence[Mapping[str, str]], column: str) -> bool:
    return all(split_named(value) for value in {row.get(column, '') for row in rows})


def _are_flags(rows: Sequence[Mapping[str, str]], column: str) -> bool:
    return {row.get(column, '') for row in rows} <= {'0', '1', '0.0', '1.0'} and bool(rows)


def _one_hot(
    row: Mapping[str, str], columns: _Columns, names: Mapping[str, str], file: Path
) -> str:
    """Return the class whose column holds 1, none where no column does.

    Raises:
        UserError: Several do.
    """
    on = [names[name] for name in columns.classes if row.get(name) in ('1', '1.0')]
    if len(on) > 1:
        raise UserError(
            f'{file} gives {row.get(columns.image)} {len(on)} classes ({", ".join(on)}): one is '
            'needed'
        )
    return ''.join(on)


def _whole(label: str) -> str:
    """Return ``3`` for ``3.0`` and nothing for ``nan``, as pandas writes numbers and gaps."""
    if label in ('nan', 'NaN'):
        return ''
    return label.removesuffix('.0') if re.fullmatch(r'\d+\.0', label) else label


CLASS_CSVS = Reader(
    'classcsv',
    IMAGE_CLASSES,
    LOOKED_FOR,
    lambda root: any(has_files_like(root, suffix, START) for suffix in ('.csv', '.tsv')),
    read_class_csvs,
    '.csv',
    LABELS,
    title='CSV of image classes',
)
