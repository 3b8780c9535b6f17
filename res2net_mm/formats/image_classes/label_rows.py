"""Rows of a file that give an image a class, brought together as splits."""

from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from res2net_mm.errors import UserError
from res2net_mm.formats.boxes.label_files import split_of_folders
from res2net_mm.formats.findings import ERROR, NOTE, PROBLEM, Findings
from res2net_mm.formats.image_classes.class_names import name_classes
from res2net_mm.formats.image_index import ImageIndex
from res2net_mm.formats.reader import ClassifiedImages
from res2net_mm.formats.splits import UNNAMED


class LabelRow(NamedTuple):
    """A row that gives an image a class.

    Attributes:
        file: The file that has it.
        image: The image, as written; perhaps without suffix.
        label: The class, a name or a number; empty where none is given.
        split: Where the image belongs, None where its folders say it.
    """

    file: Path
    image: str
    label: str
    split: str | None = None


class FoundRow(NamedTuple):
    """A row whose image is there: its path below the root, and its split."""

    row: LabelRow
    path: str
    split: str


def find_rows(index: ImageIndex, rows: Iterable[LabelRow], findings: Findings) -> list[FoundRow]:
    """Return the rows with a class whose image is there, each image once for each split.

    Args:
        index: Index of the images in the folder.
        rows: Rows of all label files.
        findings: Receives rows that are left out. Missing images and images of two classes are
            errors.

    Raises:
        UserError: ``findings`` stop at an error.
    """
    bare: dict[Path, list[str]] = {}
    lost: dict[Path, list[str]] = {}
    again: dict[Path, list[str]] = {}
    found: dict[tuple[str, str], FoundRow] = {}
    first: dict[str, LabelRow] = {}
    torn = []
    for row in rows:
        if not row.label:
            bare.setdefault(row.file, []).append(row.image)
            continue
        path = index.find_stem(row.image, row.split)
        if path is None:
            lost.setdefault(row.file, []).append(row.image)
            continue
        split = row.split or split_of_folders(PurePosixPath(path)) or UNNAMED
        other = first.setdefault(path, row)
        if other.label != row.label:
            torn.append(f'{path}: {other.label} and {row.label}')
        elif (split, path) in found:
            again.setdefault(row.file, []).append(row.image)
        else:
            found[split, path] = FoundRow(row, path, split)
    for file, images in bare.items():
        what = 'images that are named without a class, left out'
        findings.add(PROBLEM, file, what, images, 'name their classes, or take the rows out')
    for file, images in lost.items():
        what, fix = 'images that are named and not there', 'add them, or take the rows out'
        findings.add(ERROR, file, what, images, fix)
    findings.add(
        ERROR, index.root, 'images that two rows give two classes', torn, 'keep the right row'
    )
    for file, images in again.items():
        findings.add(NOTE, file, 'rows that name an image again, read once', images)
    return list(found.values())


def splits_of_rows(
    root: Path, rows: Sequence[LabelRow], findings: Findings
) -> dict[str, ClassifiedImages]:
    """Return the splits of a folder as rows say them, the images of each in order.

    Args:
        root: The folder.
        rows: Rows of all label files.
        findings: Receives rows that are left out and images without a row.

    Raises:
        UserError: No row can be used, or ``findings`` stop at an error.
    """
    index = ImageIndex(root)
    found = sorted(find_rows(index, rows, findings), key=lambda each: each.path)
    if not found:
        error = next((finding for finding in findings if finding.severity == ERROR), None)
        if error is not None:
            raise UserError(f'{error}. Fix: {error.fix}.')
        return {}
    folders: dict[str, dict[str, None]] = {}
    for row, path, _ in found:
        folder = path.rpartition('/')[0].rpartition('/')[2]
        folders.setdefault(row.label, {})[folder] = None
    names = name_classes(root, folders, {each.row.file for each in found}, findings)
    named = [each for each in found if each.row.label in names.name_of]
    torn = [
        f'{path}: {names.name_of[row.label]}'
        for row, path, _ in named
        if (folder := path.rpartition('/')[0].rpartition('/')[2]) in names.classes
        if folder != names.name_of[row.label]
    ]
    what = 'images whose folder is called as another class than their row gives, which is taken'
    findings.add(PROBLEM, root, what, torn, 'move the images, or mend the rows')
    splits: dict[str, list[FoundRow]] = {}
    for each in named:
        splits.setdefault(each.split, []).append(each)
    _name_unlisted(index, rows, found, findings)
    parts = {}
    for split, of_split in sorted(splits.items()):
        files = {each.row.file for each in of_split}
        parts[split] = ClassifiedImages(
            file=files.pop() if len(files) == 1 else root,
            image_dir=root,
            images=tuple(each.path for each in of_split),
            class_names=tuple(names.name_of[each.row.label] for each in of_split),
            classes=names.classes,
            names_from=names.source,
        )
    return parts


def _name_unlisted(
    index: ImageIndex, rows: Iterable[LabelRow], found: Iterable[FoundRow], findings: Findings
) -> None:
    """Name the images that no row names."""
    bare = {index.find_stem(row.image, row.split) for row in rows if not row.label}
    listed = bare | {each.path for each in found}
    unlisted = [path for path in index.all_paths if path not in listed]
    of_test = [path for path in unlisted if split_of_folders(PurePosixPath(path)) == 'test']
    what = 'images that are not listed with a class, not used'
    rest = sorted({*unlisted} - {*of_test})
    findings.add(PROBLEM, index.root, what, rest, 'list them with their class, or take them away')
    findings.add(NOTE, index.root, f'{what} (of the split test)', of_test)
