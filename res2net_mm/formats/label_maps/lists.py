"""Lists of the images of each split, beside images and label maps that lie in one folder."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from res2net_mm.errors import UserError
from res2net_mm.formats.findings import PROBLEM, Findings, first_few
from res2net_mm.formats.image_file import IMAGE_SUFFIXES, LABEL_MAP_SUFFIXES
from res2net_mm.formats.label_maps.tree import TreeFile
from res2net_mm.formats.splits import split_named
from res2net_mm.formats.text_file import read_lines

LIST_HOMES = ('imagesets', 'segmentation', 'main', 'splits', 'split', 'lists', 'list')


def split_by_lists(
    images: Sequence[TreeFile], files: Iterable[Path], findings: Findings
) -> dict[str, tuple[Path, list[TreeFile]]]:
    """Return the images of each split that lists name: by split, the list and its images.

    A list has the stem, the name or a path of an image in each line, of any machine, perhaps with
    the label map behind it. Of the lists of one set those that name the most images are taken, and
    of equals those in ``Segmentation``.

    Args:
        images: Images that have a label map.
        files: Text files that are named after a split.
        findings: Receives lines that name no image with a label map, and lists that are not used.

    Raises:
        UserError: A list cannot be read, or that of the training split names no image.
    """
    by_name: dict[str, list[TreeFile]] = {}
    for image in images:
        for name in {image.stem, image.core}:
            by_name.setdefault(name, []).append(image)
    homes: dict[Path, dict[Path, dict[Path, tuple[list[TreeFile], list[str]]]]] = {}
    for file in files:
        homes.setdefault(_home(file), {}).setdefault(file.parent, {})[file] = _read(file, by_name)
    splits: dict[str, tuple[Path, list[TreeFile]]] = {}
    for home, folders in homes.items():
        best = max(folders, key=lambda folder: _rank(folder, folders[folder]))
        if not any(found for found, _ in folders[best].values()):
            what = 'lists of splits that name no image with a label map, not used'
            unread = [file.name for lists in folders.values() for file in lists]
            fix = 'write the names of the images into them, or remove them'
            findings.add(PROBLEM, home, what, unread, fix)
            continue
        taken: set[str] = set()
        for file, (found, missing) in sorted(
            folders[best].items(), key=lambda item: len(item[0].name)
        ):
            split = split_named(file.stem) or ''
            if split in taken:
                what = f'lists of the split {split!r} not used beside others'
                findings.add(PROBLEM, best, what, [file.name], 'keep one list of each split')
                continue
            taken.add(split)
            splits.setdefault(split, (file, []))[1].extend(found)
            what = 'names without an image and a label map, left out'
            fix = 'add the files, or take the names out of the list'
            findings.add(PROBLEM, file, what, missing, fix)
            if split == 'train' and not found:
                names = ', '.join(first_few(missing))
                raise UserError(f'{file} names no image that has a label map: {names}.')
    return {split: listed for split, listed in splits.items() if listed[1]}


def _rank(folder: Path, lists: Mapping[Path, tuple[list[TreeFile], list[str]]]) -> tuple[bool, int]:
    count = sum(len(found) for found, _ in lists.values())
    return count > 0 and folder.name.lower() == 'segmentation', count


def _home(file: Path) -> Path:
    """Return the folder of the set that a list belongs to."""
    home = file.parent
    while home.name.lower() in LIST_HOMES:
        home = home.parent
    return home


def _read(file: Path, by_name: Mapping[str, list[TreeFile]]) -> tuple[list[TreeFile], list[str]]:
    """Return the images that a list names, each once, and the lines that name none."""
    found: dict[TreeFile, None] = {}
    missing = []
    home = str(_home(file))
    for line in dict.fromkeys(read_lines(file)):
        image = _find(line, by_name, home) or _find(line.split()[0], by_name, home)
        if image is None:
            missing.append(line)
        else:
            found[image] = None
    return list(found), missing


def _find(text: str, by_name: Mapping[str, list[TreeFile]], home: str) -> TreeFile | None:
    path = PurePosixPath(text.replace('\\', '/').lower())
    suffixes = IMAGE_SUFFIXES + LABEL_MAP_SUFFIXES
    name = path.stem if path.suffix in suffixes else path.name
    candidates = by_name.get(name, [])
    if len(candidates) < 2:
        return candidates[0] if candidates else None
    parts = path.parts[:-1]

    def rank(image: TreeFile) -> tuple[bool, int]:
        folders = PurePosixPath(image.folder.lower()).parts
        shared = 0
        for ours, theirs in zip(reversed(folders), reversed(parts), strict=False):
            if ours != theirs:
                break
            shared += 1
        return image.folder.startswith(home), shared

    return max(candidates, key=rank)
