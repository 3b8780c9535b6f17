"""The names of classes that a file of labels may give as numbers."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from res2net_mm.errors import UserError
from res2net_mm.formats.findings import ERROR, PROBLEM, Findings
from res2net_mm.formats.image_classes.class_folders import nfc
from res2net_mm.formats.label_maps.class_table import ClassTable, read_table, table_files


@dataclass(frozen=True)
class ClassNames:
    """The classes that labels mean.

    Attributes:
        classes: Names in order.
        name_of: The name of the class of each label, as labels are written.
        source: What names them, as a phrase.
    """

    classes: tuple[str, ...]
    name_of: Mapping[str, str]
    source: str


def name_classes(
    root: Path,
    labels: Mapping[str, Collection[str]],
    files: Collection[Path],
    findings: Findings,
) -> ClassNames:
    """Name the classes of labels.

    Names stand for themselves. Numbers are named by a class table such as ``classes.txt``, whose
    lines are counted from 0, or from 1 where labels are; else by the folders of the images, where
    each holds one class; else they are called by their numbers.

    Args:
        root: The folder.
        labels: Labels, each with the names of the folders that its images are in.
        files: Files that hold the labels.
        findings: Receives class tables that do not fit and numbers without a name.

    Raises:
        UserError: ``findings`` stop at an error.
    """
    numbers = {label: int(label) for label in labels if is_number(label)}
    negative = [label for label in labels if is_number(label.removeprefix('-'))]
    if len(numbers) < len(negative) == len(labels):
        below = sorted(label for label in labels if label not in numbers)
        what, fix = 'negative numbers in place of a class', 'number classes from 0 on'
        findings.add(ERROR, root, what, below, fix)
        labels = {label: of for label, of in labels.items() if label in numbers}
    are_numbers = len(numbers) == len(labels)
    source = 'from ' + ', '.join(sorted({file.name for file in files}))
    unfit = []
    for table in _tables(root, files, findings):
        names = {entry.value: nfc(entry.name) for entry in table.entries}
        ordered = tuple(names[value] for value in sorted(names))
        file = Path(table.file).name
        shift = next((s for s in (0, 1) if {n - s for n in numbers.values()} <= names.keys()), None)
        if are_numbers and shift is not None:
            name_of = {label: names[number - shift] for label, number in numbers.items()}
            said = f'{source}, named by {file}' + ' from 1 on' * shift
            return ClassNames(ordered, name_of, said)
        if labels.keys() <= {*ordered}:
            said = f'{source}, in the order of {file}'
            return ClassNames(ordered, {label: label for label in labels}, said)
        unfit.append(table)
    for table in unfit:
        known = {nfc(entry.name) for entry in table.entries}
        strange = sorted(label for label in labels if label not in known)
        if 2 * len(strange) <= len(labels):  # the table is meant for these labels
            what = 'classes of the rows that the class table does not name'
            fix = 'add them to the table, or mend the rows'
            findings.add(ERROR, Path(table.file), what, strange, fix)
            continue
        what = 'class tables that do not name the classes of the labels, not used'
        count = len(table.entries)
        wrong = [f'{Path(table.file).name} names {count}, there are {_shown(labels)}']
        severity = ERROR if are_numbers else PROBLEM
        fix = 'name each number in it, in the order of the numbers' if are_numbers else 'mend it'
        findings.add(severity, Path(table.file), what, wrong, fix)
    if not are_numbers:
        ordered = tuple(sorted(labels))
        return ClassNames(ordered, {label: label for label in labels}, source)
    in_order = sorted(labels, key=lambda label: (numbers[label], label))
    folders = [name for label in in_order for name in labels[label]]
    if len({*folders}) == len(folders) == len(labels) > 1:
        return ClassNames(
            tuple(folders), dict(zip(in_order, folders, strict=True)), f'{source} and the folders'
        )
    called = {label: str(numbers[label]) for label in in_order}
    return ClassNames(tuple(dict.fromkeys(called.values())), called, source)


def is_number(label: str) -> bool:
    """Return whether a label is a whole number, 0 or above."""
    return label.isascii() and label.isdigit()


def folded(name: str) -> str:
    """Return a name without what tells apart those that mean one class: case, spaces, dashes."""
    return re.sub(r'[\s_-]', '', name.casefold()) or name


def _tables(root: Path, files: Collection[Path], findings: Findings) -> list[ClassTable]:
    """Return the class tables beside files of labels and in the root, which are none of them."""
    places = [*dict.fromkeys(file.parent for file in files), root, root / 'meta']
    found: list[ClassTable] = []
    for file in table_files(places):
        if file in files or file in [table.file for table in found]:
            continue
        try:
            table = read_table(file, most=None)
        except UserError as error:
            fix = 'write the name of a class in each line, or take the file away'
            findings.add(
                PROBLEM, file, f'class tables that are not used: {error}', count=1, fix=fix
            )
            continue
        found += [table] if table is not None else []
    return found


def _shown(labels: Collection[str]) -> str:
    ordered = sorted(labels, key=lambda label: (int(label) if is_number(label) else 0, label))
    return f'{ordered[0]} to {ordered[-1]}' if len(ordered) > 1 else ordered[0]
