"""Find the images that annotations name, though the names are those of another machine."""

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path, PurePosixPath

from res2net_mm.formats.image_file import IMAGE_SUFFIXES, paths_below
from res2net_mm.formats.splits import split_named


class ImageIndex:
    """The images below a folder, to be found by the end of a path.

    Args:
        root: The folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    @cached_property
    def all_paths(self) -> list[str]:
        """The paths of the images below the folder."""
        return [path for path in paths_below(self.root) if path.lower().endswith(IMAGE_SUFFIXES)]

    @cached_property
    def by_name(self) -> dict[str, list[tuple[str, ...]]]:
        """File name in lower case -> paths below the folder, in parts."""
        found: dict[str, list[tuple[str, ...]]] = {}
        for path in self.all_paths:
            parts = tuple(path.split('/'))
            found.setdefault(parts[-1].lower(), []).append(parts)
        return found

    @cached_property
    def _suffix_of(self) -> dict[str, str]:
        """The suffix of each image, by its name without, in lower case."""
        return {name.rpartition('.')[0]: f'.{name.rpartition(".")[2]}' for name in self.by_name}

    def find(self, name: str, split: str | None = None) -> str | None:
        """Return the path below the folder of the image that a name means, None if there is none.

        The name may be absolute, lead out of the folder, or have the backslashes or the letter
        case of another system. Of several images the one that shares the longest end with the
        name is taken, then one in a folder of the split.

        Args:
            name: Name of the image in an annotation.
            split: Split of the annotation.
        """
        given = [part.lower() for part in _parts(name)]
        if not given:
            return None
        candidates = self.by_name.get(given[-1], [])

        def rank(parts: tuple[str, ...]) -> tuple[int, bool, int]:
            return _shared_end(given, parts), _is_in(parts, split), -len(parts)

        best = max(candidates, key=rank, default=None)
        return None if best is None else '/'.join(best)

    def find_stem(self, name: str, split: str | None = None) -> str | None:
        """Return the same for a name with or without a suffix."""
        path = self.find(name, split)
        if path is None and (suffix := self._suffix_of.get(_last_part(name))):
            path = self.find(name + suffix, split)
        return path

    def find_all(self, names: Iterable[str], split: str | None = None) -> dict[str, str]:
        """Return name -> path below the folder, for the names that are found."""
        found = ((name, self.find(name, split)) for name in names)
        return {name: path for name, path in found if path is not None}


def _last_part(name: str) -> str:
    return name.replace('\\', '/').rpartition('/')[2].lower()


def _parts(name: str) -> list[str]:
    """Return the folders and the file of a path of any system, without what leads out."""
    parts = PurePosixPath(name.replace('\\', '/')).parts
    return [part for part in parts if part not in ('/', '.', '..') and not part.endswith(':')]


def _shared_end(given: list[str], parts: tuple[str, ...]) -> int:
    shared = 0
    for ours, theirs in zip(reversed(parts), reversed(given), strict=False):
        if ours.lower() != theirs:
            break
        shared += 1
    return shared


def _is_in(parts: tuple[str, ...], split: str | None) -> bool:
    return split is not None and any(split_named(part) == split for part in parts[:-1])
