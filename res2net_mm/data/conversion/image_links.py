"""Images of a folder that is written: each under a name of its own, linked or copied."""

import os
import shutil
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path, PurePosixPath

HARD, SYMBOLIC, COPIES = WAYS = ('hard links', 'symbolic links', 'copies')


class ImageLinks:
    """Puts images in their places.

    Args:
        copy: Whether to copy them; else they are linked where the disk allows it.
    """

    def __init__(self, *, copy: bool = False) -> None:
        self.copy = copy
        self.ways: Counter[str] = Counter()

    def place(self, source: Path, target: Path) -> None:
        """Put an image into a place; its folder is made.

        A hard link takes no space, and stays when the original is deleted. A symbolic link, where
        the folders lie on two disks, does not stay.
        """
        target.parent.mkdir(parents=True, exist_ok=True)
        real = os.path.realpath(source)  # a link to it could lead nowhere from there
        if not self.copy:
            with suppress(OSError):
                os.link(real, target)
                self.ways[HARD] += 1
                return
            with suppress(OSError):
                os.symlink(real, target)
                self.ways[SYMBOLIC] += 1
                return
        shutil.copy2(real, target)
        self.ways[COPIES] += 1

    def __str__(self) -> str:
        return ', '.join(f'{self.ways[way]:,} {way}' for way in WAYS if self.ways[way])


def unique_names(files: Iterable[Path], *, flat: bool = False) -> dict[Path, PurePosixPath]:
    """Return a path for each file: its name, with as many folders before it as tell it apart.

    No two paths differ by suffix or case alone, so that each can have a label file.

    Args:
        files: Paths of the files; repeated paths are allowed.
        flat: Whether to join folders and name with underscores, so that no folders are needed.
    """
    parts = {file: _parts(file) for file in files}
    alike = Counter(_key(PurePosixPath(*of)) for of in parts.values())
    for file, of in parts.items():
        if alike[_key(PurePosixPath(*of))] > 1:  # a.jpg and a.png in one folder
            parts[file] = (*of[:-1], f'{file.stem}_{file.suffix[1:]}{file.suffix}')
    names: dict[Path, PurePosixPath] = {}
    taken: set[str] = set()
    depth = 1
    while len(names) < len(parts):
        paths = {}
        for file, of in parts.items():
            if file not in names:
                end = of[-depth:]
                paths[file] = PurePosixPath(*(['_'.join(end)] if flat else end))
        times = Counter(map(_key, paths.values()))
        for file, path in paths.items():
            if (times[_key(path)] == 1 and _key(path) not in taken) or depth > len(parts[file]):
                names[file] = path
                taken.add(_key(path))
        depth += 1
    return names


def _parts(file: Path) -> tuple[str, ...]:
    return file.parts[1:] if file.is_absolute() else file.parts


def _key(path: PurePosixPath) -> str:
    return str(path.with_suffix('')).lower()
