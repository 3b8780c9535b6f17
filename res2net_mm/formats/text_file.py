"""Lists of names as text files: of the images of a split, of classes."""

import json
from pathlib import Path

from res2net_mm.errors import UserError
from res2net_mm.file_kinds import what_it_is


def read_lines(file: Path) -> list[str]:
    """The lines of a text file that are not empty, without space around them.

    Raises:
        UserError: it cannot be read, or is no text in UTF-8.
    """
    try:
        text = file.read_text(encoding='utf-8-sig')
    except UnicodeDecodeError as error:
        raise UserError(
            f'{file} is no text in UTF-8 ({error.reason}): save it as UTF-8.'
        ) from error
    except OSError as error:
        raise UserError(f'{file} cannot be read: {error.strerror}.') from error
    if '\0' in text:
        raise UserError(f'{file} is no text: it holds zeros. Get it anew, or save it as UTF-8.')
    return [line.strip() for line in text.splitlines() if line.strip()]


def read_json(path: str | Path):
    """The content of a JSON file, or one error that names it."""
    try:
        file = open(path, encoding='utf-8')  # noqa: SIM115
    except OSError as error:
        raise UserError(f'cannot read {path}: {error.strerror}') from error
    except ValueError as error:  # a null byte, half a character
        raise UserError(f'cannot read {str(path)!r}: it is no name of a file') from error
    try:
        with file:
            return json.load(file)
    except OSError as error:
        raise UserError(f'cannot read {path}: {error.strerror}') from error
    except (ValueError, RecursionError) as error:
        raise UserError(f'{path} is not a JSON file: {_what_else(Path(path)) or error}') from error


def _what_else(path: Path) -> str | None:
    """What a file that is no JSON is; None if that is not known."""
    with path.open('rb') as file:
        pickled = file.read(1) == b'\x80'
    return 'it is a pickle, which is not read: save it as JSON' if pickled else what_it_is(path)
