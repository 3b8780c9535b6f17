"""Lists of the images of each split, beside class folders that are not split."""

from collections.abc import Sequence
from pathlib import Path

from res2net_mm.errors import UserError
from res2net_mm.formats.boxes.label_files import begins_like
from res2net_mm.formats.findings import PROBLEM, Findings
from res2net_mm.formats.image_classes.class_folders import PlacedImage
from res2net_mm.formats.image_classes.list_classes import START as WITH_CLASSES
from res2net_mm.formats.image_file import files_below
from res2net_mm.formats.splits import split_named
from res2net_mm.formats.text_file import read_lines


def split_by_lists(root: Path, placed: Sequence[PlacedImage], findings: Findings) -> dict[str, str]:
    """Return the split of each image that a list such as ``train.txt`` names.

    A line is the path of an image below the root or a folder of it, as in Food-101's
    ``meta/train.txt``; it may lack the suffix, and have the class behind it.

    Args:
        root: The folder.
        placed: Images of the folder.
        findings: Receives lines that name no image and images that are in two lists.

    Raises:
        UserError: A list cannot be read.
    """
    by_end: dict[str, str] = {}  # class/name without suffix
    for image in placed:
        by_end['/'.join(image.path.rpartition('.')[0].split('/')[-2:])] = image.path
    lists = {}
    for file in files_below(root, ('.txt',)).values():
        if split := split_named(file.stem):
            lists[file] = split
    found: dict[str, str] = {}
    for file, split in lists.items():
        try:
            lines = read_lines(file)
        except UserError as error:
            findings.add(PROBLEM, file, f'lists that are not used: {error}', count=1, fix='mend it')
            continue
        with_classes = begins_like(file, WITH_CLASSES)
        paths = [line.rsplit(None, 1)[0] if with_classes else line for line in lines]
        matched = {line: by_end.get(_end(line)) for line in paths}
        if not any(matched.values()):
            continue
        what, fix = 'lines that name no image, not used', 'add the images, or take the lines out'
        missing = [line for line, path in matched.items() if path is None]
        findings.add(PROBLEM, file, what, missing, fix)
        twice = [path for path in matched.values() if path and found.get(path, split) != split]
        what, fix = 'images that a list of another split names, too', 'take them out of one'
        findings.add(PROBLEM, file, what, twice, fix)
        for path in matched.values():
            if path is not None:
                found.setdefault(path, split)
    return found


def _end(line: str) -> str:
    """Return the folder and the name of a path of any system, without an image's suffix."""
    parts = line.replace('\\', '/').split('/')[-2:]
    name, dot, suffix = parts[-1].rpartition('.')
    parts[-1] = name if dot and suffix.isalpha() else parts[-1]
    return '/'.join(parts)
