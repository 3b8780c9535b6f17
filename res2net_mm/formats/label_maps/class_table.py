"""Tables of classes beside label maps: names with their pixel values or colours, in any format."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from res2net_mm.errors import UserError
from res2net_mm.formats.text_file import read_json, read_lines

#: Names of the files, in lower case; of several in one folder the first is taken.
TABLE_FILES = (
    'class_dict.csv', 'class_dict_seg.csv', 'label_class_dict.csv', 'labels_class_dict.csv',
    '_classes.csv', 'classes.csv', 'label_colors.csv', 'colors.csv', 'colormap.csv', 'labelmap.txt',
    'label_map.txt', 'label_colors.txt', 'label_names.txt', 'class_names.txt', 'classes.txt',
    'labels.txt', 'codes.txt', 'names.txt', 'obj.names', 'objectinfo150.txt', 'classes.json',
    'class_names.json', 'labels.json', 'label_map.json', 'config.yaml', 'config.yml', 'data.yaml',
    'data.yml', 'dataset.yaml', 'classes.yaml', 'meta.json',
)  # fmt: skip
TABLE_FOLDERS = ('labels', 'annotations', 'masks')
MOST = 255  # classes of 8 bits, beside the ignored label
NAME_KEYS = ('name', 'title', 'class_name', 'class', 'label_name', 'label', 'category')
VALUE_KEYS = ('pixel_value', 'value', 'id', 'idx', 'index', 'label_id', 'class_id')
CHANNELS = (('r', 'red'), ('g', 'green'), ('b', 'blue'))
COLOUR_KEYS = ('color', 'colour', 'rgb', 'color_rgb')
LIST_KEYS = ('classes', 'names', 'labels', 'categories')
# Lines of text: CVAT's `name:r,g,b:parts:actions`, a colour before or after a name, a number.
CVAT = re.compile(r'^(?P<name>[^:]+):(?P<rgb>\d+,\d+,\d+)?:[^:]*:[^:]*$')
COLOUR_FIRST = re.compile(r'^(?P<rgb>\d{1,3}[\s,]+\d{1,3}[\s,]+\d{1,3})[\s,]+(?P<name>\S.*)$')
COLOUR_LAST = re.compile(r'^(?P<name>.*[^\s,:])[\s,:]+(?P<rgb>\d{1,3}[\s,]+\d{1,3}[\s,]+\d{1,3})$')
NUMBERED = re.compile(r'^(?P<value>\d+)\s*[:,\s]\s*(?P<name>\S.*)$')


@dataclass(frozen=True)
class Entry:
    """A class of a table: its name, the value of its pixels and, if it is said, their colour."""

    name: str
    value: int
    colour: int | None = None


@dataclass(frozen=True)
class ClassTable:
    """Classes with the values of their pixels.

    Attributes:
        source: Where the names come from, as a phrase.
        file: The same, for messages.
        entries: At least one.
    """

    source: str
    file: Path | str
    entries: tuple[Entry, ...]

    def check_colours(self) -> None:
        """Raise UserError if two entries have one colour."""
        found: dict[int, Entry] = {}
        for entry in self.entries:
            if (
                entry.colour is not None
                and (other := found.setdefault(entry.colour, entry)) != entry
            ):
                raise UserError(
                    f'{self.file} gives {other.name!r} and {entry.name!r} the same colour '
                    f'#{entry.colour:06x}: give each class a colour of its own.'
                )


def table_files(folders: Iterable[Path]) -> list[Path]:
    """Return the class tables that lie in some folders, in the order of these."""
    found = []
    for folder in dict.fromkeys(folders):
        if folder.is_dir():
            names = {file.name.lower(): file for file in folder.iterdir() if file.is_file()}
            found += [names[name] for name in TABLE_FILES if name in names]
    return found


def table_folders(root: Path, maps: Iterable[Path]) -> list[Path]:
    """Return where class tables of a folder may lie: above its label maps, and beside them."""
    folders = {file.parent for file in maps}
    above = {place for folder in folders for place in folder.parents if root in place.parents}
    return [root, *sorted(above | folders - {root}), *(root / name for name in TABLE_FOLDERS)]


def read_table(file: Path, *, most: int | None = MOST) -> ClassTable | None:
    """Return the table in a file, None where a JSON or YAML file is about something else.

    Args:
        file: Path of the table.
        most: Largest value of a class; None for no limit.

    Raises:
        UserError: It cannot be read, is empty, or its names or values make no sense.
    """
    suffix = file.suffix.lower()
    if suffix in ('.json', '.yaml', '.yml'):
        content = read_json(file) if suffix == '.json' else read_yaml(file)
        if (entries := _of_content(file, content)) is None:
            return None
    else:
        lines = read_lines(file)
        rows = _of_csv(file, lines)
        entries = _of_lines(file, lines) if rows is None else rows
    if not entries:
        raise UserError(
            f'{file} is empty: write the name of a class in each line, from label 0 on.'
        )
    checked_names([entry.name for entry in entries], file, most=most)
    for value, times in Counter(entry.value for entry in entries).items():
        if value < 0 or times > 1 or (most is not None and value > most):
            allowed = '0 or more' if most is None else f'0 to {most}'
            fault = 'twice' if times > 1 else f'and {allowed} is allowed'
            raise UserError(f'{file} has the pixel value {value} {fault}: mend the table.')
    return ClassTable(f'named by {file}', file, tuple(entries))


def checked_names(
    names: Sequence[str], source: object, *, most: int | None = MOST
) -> tuple[str, ...]:
    """Return the names; raise UserError unless they are visible, unique and not too many."""
    for name, times in Counter(names).items():
        if not name.strip():
            raise UserError(f'{source}: a class has the name {name!r}; give it one that shows.')
        if times > 1:
            raise UserError(f'{source} names the class {name!r} twice.')
    if most is not None and len(names) > most + 1:
        raise UserError(f'{source} names {len(names)} classes: {most} is the most in 8 bits.')
    return tuple(names)


def named_by_order(names: Sequence[str]) -> list[Entry]:
    """Return classes whose values follow each other from 0; labelme's ``__ignore__`` is 255."""
    names = list(names)
    ignored = [Entry(names.pop(0), MOST)] if names and names[0] == '__ignore__' else []
    return [*(Entry(name, value) for value, name in enumerate(names)), *ignored]


def _of_lines(file: Path, lines: Sequence[str]) -> list[Entry]:
    lines = [line for line in lines if not line.startswith('#')]
    for pattern in (CVAT, COLOUR_FIRST, COLOUR_LAST):
        found = [match for line in lines if (match := pattern.match(line))]
        if found and pattern is CVAT and len(found) < len(lines):
            odd = next(line for line in lines if not pattern.match(line))
            raise UserError(f'{file}: the line {odd!r} is not name:red,green,blue:parts:actions.')
        if found and len(found) == len(lines):
            return [
                _entry(file, match['name'].strip(), value, match['rgb'])
                for value, match in enumerate(found)
            ]
    found = [match for line in lines if (match := NUMBERED.match(line))]
    if len(found) == len(lines) and len({match['value'] for match in found}) == len(found):
        return [Entry(match['name'], int(match['value'])) for match in found]
    return named_by_order(lines)


def _of_csv(file: Path, lines: Sequence[str]) -> list[Entry] | None:
    """Return the rows below a header with a column of names; None where there is no such header."""
    separator = '\t' if lines and '\t' in lines[0] else ','
    rows = csv.reader(io.StringIO('\n'.join(lines)), delimiter=separator, skipinitialspace=True)
    header = [re.sub(r'\W+', '_', cell.strip().lower()) for cell in next(rows, [])]
    if len(header) < 2 or not {*header} & {*NAME_KEYS}:
        return None
    return _of_rows(file, [dict(zip(header, map(str.strip, row), strict=False)) for row in rows])


def _of_rows(file: Path, rows: Sequence[Mapping[str, Any]]) -> list[Entry]:
    """Return entries of rows with columns of names and, perhaps, of values and colours."""
    entries = []
    for number, row in enumerate(rows):
        name, value, colour = (
            next((row[key] for key in keys if row.get(key) not in (None, '')), None)
            for keys in (NAME_KEYS, VALUE_KEYS, COLOUR_KEYS)
        )
        if colour is None:
            channels = [row.get(short, row.get(long)) for short, long in CHANNELS]
            colour = None if channels == [None] * 3 else channels
        entries.append(_entry(file, str(name or ''), _whole(value, number), colour))
    return entries


def _entry(file: Path, name: str, value: int, colour: Any) -> Entry:
    if colour and _colour(colour) is None:
        given = colour if isinstance(colour, str) else ','.join(map(str, colour))
        raise UserError(
            f'{file}: the colour of {name!r} is {given}; red, green and blue are needed, each '
            'from 0 to 255.'
        )
    return Entry(name, value, _colour(colour))


def _of_content(file: Path, content: Any) -> list[Entry] | None:
    """Return the classes in the content of a JSON or YAML file, None where there are none."""
    if isinstance(content, dict):
        for key in LIST_KEYS:
            if isinstance(content.get(key), dict | list) and 'images' not in content:
                return _of_content(file, content[key])
        items = list(content.items())
        if all(str(key).isdigit() and isinstance(name, str) for key, name in items) and items:
            return [Entry(name, int(key)) for key, name in items]
        if all(isinstance(value, int) and not isinstance(value, bool) for _, value in items):
            return [Entry(str(name), value) for name, value in items]
        if items and all(_colour(value) is not None for _, value in items):
            return [Entry(str(k), i, _colour(value)) for i, (k, value) in enumerate(items)]
        return None
    if not isinstance(content, list):
        return None
    if all(isinstance(name, str) for name in content):
        return named_by_order(content)
    if all(isinstance(row, dict) and {*row} & {*NAME_KEYS} for row in content):
        return _of_rows(file, content)
    return None


def _colour(value: Any) -> int | None:
    """Return a colour as a packed number; None where it is none of red, green and blue."""
    if isinstance(value, str) and re.fullmatch('#[0-9a-fA-F]{6}', value.strip()):
        return int(value.strip()[1:], 16)
    parts = re.findall(r'\d+', value) if isinstance(value, str) else value
    if not isinstance(parts, list | tuple) or len(parts) != 3:
        return None
    numbers = [_whole(part, -1) for part in parts]
    if not all(0 <= number <= 255 for number in numbers):
        return None
    return numbers[0] << 16 | numbers[1] << 8 | numbers[2]


def _whole(value: Any, default: int) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return default


def read_yaml(file: Path) -> Any:
    """Return the content of a YAML file.

    Raises:
        UserError: It cannot be read.
    """
    try:
        return yaml.safe_load('\n'.join(file.read_text(encoding='utf-8-sig').splitlines()))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UserError(f'{file} is not YAML: {str(error).splitlines()[0]}.') from error
    except OSError as error:
        raise UserError(f'{file} cannot be read: {error.strerror}.') from error
