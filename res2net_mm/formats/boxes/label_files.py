"""Find the files that an annotation tool wrote, by how they begin, and read them one by one."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path, PurePath
from typing import TypeVar

from res2net_mm.errors import UserError
from res2net_mm.formats.findings import ERROR, Findings
from res2net_mm.formats.image_file import files_below, paths_below
from res2net_mm.formats.splits import split_of

START = 4096  # bytes by which a file is known
LOOKED_AT = 50  # files of a folder; where none of them fits, none is thought to

#: What reading an entry of a damaged file raises.
MALFORMED = (LookupError, TypeError, ValueError, AttributeError, OverflowError)

Content = TypeVar('Content')


def files_like(root: Path, suffix: str, start: str) -> list[Path]:
    """Return the files of a suffix in whose first bytes a regular expression is found."""
    folders: dict[Path, list[Path]] = defaultdict(list)
    for file in files_below(root, (suffix,)).values():
        folders[file.parent].append(file)
    found: list[Path] = []
    for files in folders.values():
        if first := [file for file in files[:LOOKED_AT] if begins_like(file, start)]:
            found += first + [file for file in files[LOOKED_AT:] if begins_like(file, start)]
    return found


def has_files_like(root: Path, suffix: str, start: str) -> bool:
    """Return whether there is such a file among the first of a folder."""
    paths = (path for path in paths_below(root) if path.lower().endswith(suffix))
    return any(begins_like(root / path, start) for path in islice(paths, 2 * LOOKED_AT))


def begins_like(file: Path, start: str) -> bool:
    """Return whether a regular expression is found in the first bytes of a file."""
    try:
        with file.open('rb') as stream:
            head = stream.read(START)
    except OSError:
        return False
    text = head.replace(b'\0', b'').decode('utf-8-sig', 'ignore')  # without those of UTF-16
    return re.search(start, text) is not None


def read_each(
    root: Path, files: Iterable[Path], read: Callable[[Path], Content], findings: Findings
) -> Iterator[tuple[Path, Content]]:
    """Read files one by one; those that cannot be read are one error at the end.

    Raises:
        UserError: One cannot be read, and ``findings`` stop at an error.
    """
    faults = []
    for file in files:
        try:
            content = read(file)
        except UserError as error:
            faults.append(str(error).rstrip('.'))
        except MALFORMED as error:
            faults.append(f'{file} is not as its tool writes it ({error})')
        else:
            yield file, content
    findings.add(ERROR, root, 'label files that cannot be read', faults, 'mend or delete them')


def split_of_folders(path: PurePath) -> str | None:
    """Return the split that the nearest folder of a path below the root is named after."""
    return next(filter(None, map(split_of, path.parts[-2::-1])), None)


def split_of_file(path: PurePath) -> str | None:
    """Return the split that a file below the root belongs to, by its name, else by its folders."""
    return split_of(path.stem) or split_of_folders(path)
