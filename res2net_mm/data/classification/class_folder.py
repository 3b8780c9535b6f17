"""Recognises a folder of images with a class each: its splits and classes, ready to train on."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from res2net_mm.data.recognised import RecognisedFolder, recognise_as, with_test_split
from res2net_mm.errors import UserError
from res2net_mm.formats import (
    IMAGE_CLASSES,
    ClassifiedImages,
    Findings,
    describe_recognised,
    find_reader,
    first_few,
    read_folder,
)
from res2net_mm.formats.findings import ERROR, NOTE, PROBLEM
from res2net_mm.formats.image_check import check_headers
from res2net_mm.formats.image_classes.class_names import folded
from res2net_mm.formats.image_file import read_headers
from res2net_mm.formats.splits import choose_splits
from res2net_mm.tables import align
from res2net_mm.whole_file import whole_file

MOST_ROWS = 30  # of the table before training; `check` shows all


@dataclass(frozen=True)
class ClassSplit:
    """One split, as training and evaluation read it.

    Attributes:
        name: ``train``, ``val`` or ``test``.
        files: Its images and the class of each.
        counts: How many images each class has, by name.
        list_file: Their paths and labels, a line each; None before it is written.
    """

    name: str
    files: ClassifiedImages
    counts: Mapping[str, int]
    list_file: Path | None = None


@dataclass(frozen=True)
class ClassificationFolder(RecognisedFolder[ClassSplit]):
    """A recognised folder of images with a class each."""

    def table(self, most: int = MOST_ROWS) -> list[str]:
        """Return the images of each split, by class; at most so many, those with the most."""
        parts = [*self.splits.values()]
        rows = [['', *(part.name for part in parts)]]
        rows.append(['images', *(str(len(part.files.images)) for part in parts)])
        shown = sorted(self.classes, key=lambda name: -parts[0].counts.get(name, 0))[:most]
        for name in self.classes if len(shown) == len(self.classes) else shown:
            rows.append([name, *(str(part.counts.get(name, 0)) for part in parts)])
        if rest := len(self.classes) - len(shown):
            least = min(parts[0].counts.get(name, 0) for name in self.classes)
            rows.append([f'and {rest} more', f'>= {least}', *[''] * (len(parts) - 1)])
        return align(rows)


def recognise_classes(
    root: str | os.PathLike[str],
    out_dir: str | os.PathLike[str],
    *,
    training: bool = True,
    layout: str | None = None,
    known: Sequence[str] | None = None,
) -> ClassificationFolder:
    """Find out what is in a folder of classified images; the folder itself is never changed.

    Args:
        root: The folder.
        out_dir: Folder for the list of each split's images. Each list is written whole or not at
            all.
        training: As in :func:`read_classes`.
        layout: As in :func:`read_classes`.
        known: As in :func:`read_classes`.

    Raises:
        UserError: The folder is in no known layout, or something in it has to be mended first.
    """
    out_dir = Path(out_dir).absolute()

    def prepare(folder: ClassificationFolder, split: ClassSplit) -> ClassSplit:
        file = out_dir / f'classified_{split.name}.txt'
        _write_list(file, split.files, folder.classes)
        return replace(split, list_file=file)

    return recognise_as(
        IMAGE_CLASSES,
        read_classes,
        prepare,
        root,
        training=training,
        layout=layout,
        known=known,
    )


def read_classes(
    root: Path,
    findings: Findings,
    *,
    training: bool = True,
    layout: str | None = None,
    known: Sequence[str] | None = None,
) -> ClassificationFolder | None:
    """Read the classes of a folder's images, and the header of each image; nothing is written.

    Args:
        root: The folder.
        findings: Receives what was noticed or left out.
        training: Whether the folder is for training; otherwise all its images may be tested on.
        layout: Name of the layout to read the folder in. Default: the one that gives the most
            labels.
        known: Classes of the checkpoint to test. The folder's classes must be among them.

    Returns:
        The folder; None if it is in no layout that gives images classes.

    Raises:
        UserError: Nothing can be made of the folder, or ``findings`` stop at an error.
    """
    read = read_folder(root, IMAGE_CLASSES, findings, layout)
    if read is None:
        return None
    layout, found = read
    parts: dict[str, ClassifiedImages] = choose_splits(found, findings, training=training)
    first = next(iter(parts.values()))
    occurring = {*first.class_names}
    trained = [name for name in first.classes if name in occurring]
    classes = tuple(trained if known is None else known)
    if len(classes) < 2 and known is None:
        what = f'classes to tell apart, since all images are {", ".join(classes)}'
        fix = 'add the images of a second class'
        findings.add(ERROR, first.file, what, fix=fix, count=len(classes))
    if known is None and 'train' in parts:
        lacking = [name for name in first.classes if name not in occurring]
        rest = {name for part in parts.values() for name in part.class_names}
        what = 'classes that are named and have no image to train on, left out'
        bare = [name for name in lacking if name not in rest]
        findings.add(PROBLEM, first.file, what, bare, 'add some, or take the class out')
    _find_alike(first, classes, findings)
    splits = {}
    for name, part in parts.items():
        counts = Counter(part.class_names)
        _find_strange(name, part, counts, classes, findings, known=known is not None)
        check_headers(
            part.file,
            dict.fromkeys(part.image_files),
            read_headers(part.image_files, f'images of {name}'),
            findings,
        )
        splits[name] = ClassSplit(name, part, {key: counts[key] for key in classes})
    splits = with_test_split(splits)
    said = describe_recognised(root, find_reader(layout), found, classes, first.names_from)
    return ClassificationFolder(root, layout, classes, splits, said, tuple(findings))


def _find_strange(
    split: str,
    part: ClassifiedImages,
    counts: Mapping[str, int],
    classes: Sequence[str],
    findings: Findings,
    *,
    known: bool,
) -> None:
    """Find classes of a split that the model does not have, and those without an image in it."""
    whose = 'the checkpoint' if known else 'the training split'
    alike = {folded(name): name for name in classes}
    strange = [name for name in sorted(counts) if name not in classes]
    has = ', '.join(first_few(classes, 10))
    what = f'classes of {split} that {whose} does not have (it has {has})'
    shown = [
        f'{name} ({counts[name]} images'
        + (f'; is it {alike[folded(name)]}?)' if folded(name) in alike else ')')
        for name in strange
    ]
    fix = f'give them the names that {whose} has, or take their images away'
    findings.add(ERROR, part.file, what, shown, fix)
    if split != 'train':
        bare = [name for name in classes if name not in counts]
        what = f'classes without an image in {split}, which get no score'
        findings.add(NOTE, part.file, what, bare)


def _find_alike(part: ClassifiedImages, classes: Sequence[str], findings: Findings) -> None:
    """Find classes that are told apart by the case of their letters, by spaces or dashes alone."""
    groups: dict[str, list[str]] = {}
    for name in classes:
        groups.setdefault(folded(name), []).append(name)
    counts = Counter(part.class_names)
    alike = [
        ' and '.join(f'{name!r} ({counts[name]} images)' for name in names)
        for names in groups.values()
        if len(names) > 1
    ]
    what = "classes whose names differ in letters' case, spaces or dashes alone"
    findings.add(PROBLEM, part.file, what, alike, 'give them one name if they mean one class')


def _write_list(file: Path, part: ClassifiedImages, classes: Sequence[str]) -> None:
    """Write the path of each image and its label, as MMPretrain reads them."""
    labels = {name: label for label, name in enumerate(classes)}
    pairs = zip(part.images, part.class_names, strict=True)
    lines = [f'./{path} {labels[name]}\n' for path, name in pairs]  # ./ keeps leading space
    if broken := next((path for path in part.images if '\n' in path or '\r' in path), None):
        raise UserError(f'{broken!r} has a line break in its name: rename it')
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        text = ''.join(lines).encode()
    except UnicodeEncodeError as error:
        name = error.object[max(0, error.start - 40) : error.end + 10]
        raise UserError(f'the name of an image is not UTF-8: {name!r}; rename it') from error
    with whole_file(file) as partial:
        partial.write_bytes(text)
