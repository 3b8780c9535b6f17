"""Write a file or a folder whole or not at all."""

import errno
import json
import os
import platform
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

# Machines may share a folder, and numbers of processes are not unique among them.
_MACHINE = re.sub(r'\W', '_', platform.node())
_PARTIAL = re.compile(r'\..*\.partial-(\d+)(-\w*)?(\..*)?')


@contextmanager
def whole_file(path: str | Path, *, durable: bool = True) -> Iterator[Path]:
    """Yield a path to write to, beside ``path``, that takes its place once the block has ended.

    If the block raises, what it wrote is removed and what was at ``path`` stays. The name written
    to keeps the suffix, by which some writers choose the format. If it is ``durable``, the disk has
    the file at the end, so that a machine that loses power leaves the old file or the new one;
    files by the thousand that can be made again need not be.
    """
    path = Path(path)
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, 'is a folder, name a file to write', str(path))
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, 'there is no such folder', str(path.parent))
    partial = path.with_name(f'.{path.stem}.partial-{os.getpid()}-{_MACHINE}{path.suffix}')
    try:
        yield partial
        if durable:
            _sync(partial)
        os.replace(partial, path)
        if durable:
            with suppress(OSError):  # some network drives cannot sync a folder
                _sync(path.parent)
    finally:
        partial.unlink(missing_ok=True)


def write_json_file(content: Mapping | Sequence, path: str | Path) -> Path:
    """Write plain values to a JSON file that is whole or not there, making its folder."""
    return write_text_file(json.dumps(content, indent=1, allow_nan=False) + '\n', path)


def write_text_file(text: str, path: str | Path) -> Path:
    """Write text in UTF-8 to a file that is whole or not there, making its folder."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as partial:
        partial.write_text(text, encoding='utf-8')
    return path


@contextmanager
def whole_folder(path: str | Path, *, replace: bool = False) -> Iterator[Path]:
    """Yield a new folder beside ``path`` that takes its place once the block has ended.

    The parent of ``path`` is made. If the block raises, the new folder is removed and what was at
    ``path`` stays.

    Args:
        path: Path of the folder.
        replace: Whether a folder at ``path`` may hold files, which are then removed.

    Raises:
        OSError: The folder cannot be written, or holds files that may not be removed.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f'.{path.name}.', dir=path.parent))
    try:
        yield partial
        partial.chmod(0o755)  # mkdtemp makes it private
        if path.exists():
            shutil.rmtree(path) if replace else path.rmdir()
        partial.rename(path)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def remove_partial_files(folder: str | Path) -> None:
    """Remove what writers that were killed have left in a folder."""
    for file in Path(folder).glob('.*.partial-*'):
        found = _PARTIAL.fullmatch(file.name)
        if found and not _is_running(int(found[1])):
            file.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
