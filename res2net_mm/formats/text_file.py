"""Text files of a data folder, read whole or refused by name: lists of names, CSV, JSON."""

import codecs
import csv
import gc
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import IO, Any

from res2net_mm.errors import UserError
from res2net_mm.file_kinds import what_it_is

SEPARATORS = ',;\t|'  # of columns
WRITTEN = 10_000  # entries of a list at a time
KEPT = 8  # JSON files, the last ones read
_READ: ContextVar[dict[Path, Any] | None] = ContextVar('read', default=None)


def read_lines(file: Path) -> list[str]:
    """Return the lines of a text file that are not empty, without space around them.

    Raises:
        UserError: The file cannot be read, or is not text in UTF-8.
    """
    try:
        text = file.read_text(encoding='utf-8-sig')
    except UnicodeDecodeError as error:
        raise UserError(
            f'{file} is not text in UTF-8 ({error.reason}): save it as UTF-8.'
        ) from error
    except OSError as error:
        raise UserError(f'{file} cannot be read: {error.strerror}.') from error
    if '\0' in text:
        raise UserError(f'{file} is not text: it holds zeros. Get it anew, or save it as UTF-8.')
    return [line.strip() for line in text.splitlines() if line.strip()]


def read_rows(file: Path, columns: Sequence[str] = ()) -> Iterator[dict[str, str]]:
    """Yield the rows of a CSV file as column -> value; columns are called as in ``plain``.

    Args:
        file: Path of the CSV file.
        columns: Names of the columns, for a file without a header.

    Raises:
        UserError: The file cannot be read.
    """
    lines = read_lines(file)
    first = lines[0] if lines else ''
    separator = max(SEPARATORS, key=first.count)
    try:
        rows = csv.reader(lines, delimiter=separator, skipinitialspace=True)
        names = [plain(name) for name in (columns or next(rows, []))]
        for row in rows:
            yield dict(zip(names, map(str.strip, row), strict=False))
    except csv.Error as error:
        raise UserError(f'{file} cannot be read as CSV: {error}') from error


def plain(name: str) -> str:
    """Return the name of a column in lower case, letters and digits alone (``X_min``: xmin)."""
    return re.sub(r'[\W_]', '', name.lower())


@contextmanager
def each_json_once() -> Iterator[None]:
    """Remember the JSON files that are read in the block, in case another reader wants them.

    What they hold is shared: nobody may change it.
    """
    token = _READ.set({})
    try:
        yield
    finally:
        _READ.reset(token)


def has_mark(file: str | Path) -> bool:
    """Return whether a file begins with UTF-8's byte order mark, which pycocotools cannot read."""
    with open(file, 'rb') as stream:
        return stream.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8


def read_json(path: str | Path) -> Any:
    """Return the content of a JSON file.

    Raises:
        UserError: The file cannot be read or is not JSON; the error says what it is instead.
    """
    known = _READ.get()
    if known is None:
        return _parse_json(path)
    key = Path(path)
    if key not in known:
        content = _parse_json(path)
        if len(known) >= KEPT:
            del known[next(iter(known))]
        known[key] = content
    return known[key]


def _parse_json(path: str | Path) -> Any:
    try:
        with open(path, encoding='utf-8-sig') as file:
            try:
                with without_collection():
                    return json.load(file)
            except (ValueError, RecursionError) as error:
                reason = _what_else(Path(path)) or error
                raise UserError(f'{path} is not a JSON file: {reason}') from error
    except UserError:
        raise
    except OSError as error:
        raise UserError(f'cannot read {path}: {error.strerror}') from error
    except ValueError as error:  # a null byte, half a character
        raise UserError(f'cannot read {str(path)!r}: it is not a name of a file') from error


@contextmanager
def without_collection() -> Iterator[None]:
    """Have no garbage looked for, which takes a third of the time where millions of lists come."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _what_else(path: Path) -> str | None:
    """Return what a file that is not JSON is; None if that is not known."""
    with path.open('rb') as file:
        pickled = file.read(1) == b'\x80'
    return 'it is a pickle, which is not read: save it as JSON' if pickled else what_it_is(path)


def write_json_lists(
    content: Mapping[str, Any], stream: IO[str], *, allow_nan: bool = False
) -> None:
    """Write a dict with long lists as JSON, some entries at a time.

    So the quick encoder is used, which ``json.dump`` does not do, and the text is never whole in
    memory.

    Args:
        content: The dict to write.
        stream: The open file.
        allow_nan: Whether to write numbers that are not finite. Only Python reads them.

    Raises:
        ValueError: A number is not finite, and must be.
    """
    stream.write('{')
    for index, (key, value) in enumerate(content.items()):
        stream.write(f'{", " * bool(index)}{json.dumps(key)}: ')
        if not isinstance(value, list):
            stream.write(json.dumps(value, allow_nan=allow_nan))
            continue
        stream.write('[')
        for start in range(0, len(value), WRITTEN):
            text = json.dumps(value[start : start + WRITTEN], allow_nan=allow_nan)
            stream.write(', ' * bool(start) + text[1:-1])
        stream.write(']')
    stream.write('}')
