"""Which of all layouts a folder is read in: of those that fit, the one with the most labels."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from res2net_mm.errors import UserError, argument
from res2net_mm.formats.findings import NOTE, PROBLEM, Findings, first_few
from res2net_mm.formats.reader import BOXES, IMAGE_CLASSES, KEYPOINTS, Reader
from res2net_mm.formats.splits import SPLIT_NAMES, UNNAMED
from res2net_mm.formats.text_file import each_json_once
from res2net_mm.formats.unread_labels import name_unread

#: What is counted of the labels of which an image has any number.
COUNTED = {BOXES: BOXES, KEYPOINTS: 'people'}

Readers = Sequence[Reader[Any]]
Splits = Mapping[str, Any]  # by name, of the class that the kind of labels has


@dataclass(frozen=True)
class _Reading:
    """What one reader has made of a folder.

    Attributes:
        reader: The reader.
        splits: Its splits.
        findings: What it has noticed.
    """

    reader: Reader[Any]
    splits: dict[str, Any]
    findings: Findings

    @cached_property
    def labels(self) -> dict[str, int]:
        """How many labels each image has, by its path; none is counted for two splits."""
        return _merged(part.labels_by_image for part in self.splits.values())

    @property
    def total(self) -> int:
        """How many labels there are."""
        return sum(self.labels.values())


def read_as(
    reader: Reader[Any], root: Path, readers: Readers, findings: Findings
) -> dict[str, Any]:
    """Return the splits of a folder in the layout that its owner names.

    Args:
        reader: Reader of the layout.
        root: The folder.
        readers: All readers.
        findings: Receives what was noticed, and label files in other layouts.

    Raises:
        UserError: The folder is not in this layout, or cannot be read.
    """
    splits = reader.read(root, findings)
    if not splits:
        given = argument('layout', reader.name)
        raise UserError(f'{root} is not as {given} says. Looked for: {reader.looked_for}.')
    kind = [other for other in readers if other.labels == reader.labels]
    name_unread(root, kind, [reader], NOTE, findings)
    return splits


@each_json_once()
def read_in_best_layout(
    root: Path, labels: str, readers: Readers, findings: Findings
) -> tuple[str, dict[str, Any]] | None:
    """Return the layout of a folder and its splits, None where it is in none.

    Where several layouts fit, the one with the most labels is taken, of equals the first. Layouts
    that fit or were meant to and are not taken are named, and so are label files of the others.

    Args:
        root: The folder.
        labels: ``BOXES``, ``KEYPOINTS``, ``LABEL_MAPS`` or ``IMAGE_CLASSES``.
        readers: All readers.
        findings: Receives what was noticed.

    Raises:
        UserError: The folder can be read in none of the layouts that fit.
    """
    kind = [reader for reader in readers if reader.labels == labels]
    readings: list[_Reading] = []
    failures: list[tuple[Reader[Any], UserError]] = []
    like = [reader for reader in kind if reader.is_like(root)]
    for reader in (*like, *(reader for reader in kind if reader not in like)):
        if reader not in like and (readings or failures):
            break
        found = Findings(stop=False)
        try:
            splits = reader.read(root, found)
        except UserError as error:
            failures.append((reader, error))
            continue
        if splits:
            readings.append(_Reading(reader, splits, found))
    if failures and not any(reading.total for reading in readings):
        raise failures[0][1]
    if not readings:
        return None
    best = max(readings, key=lambda reading: reading.total) if readings[1:] else readings[0]
    for finding in best.findings:
        findings.take(finding)
    others = [reading for reading in readings if reading is not best]
    _name_others(root, best, others, findings)
    for reader, reason in failures:
        what = f'{reader} fits, too, and cannot be read, so that {best.reader} is used: {reason}'
        given = argument('layout', reader.name)
        fix = f'mend it and say {given}, or take its files away'
        findings.add(PROBLEM, root, what.rstrip('.'), fix=fix, count=1)
    named = [best.reader, *(reading.reader for reading in others), *(of for of, _ in failures)]
    name_unread(root, kind, named, PROBLEM, findings)
    return best.reader.name, best.splits


def _merged(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Return how many labels each image of some splits has."""
    found: dict[str, int] = {}
    for labels in parts:
        for image, count in labels.items():
            found[image] = max(count, found.get(image, 0))
    return found


def _name_others(
    root: Path, best: _Reading, others: Iterable[_Reading], findings: Findings
) -> None:
    for other in others:
        if not other.total:
            continue
        covered = _by_file_name(other.labels) == _by_file_name(best.labels)
        if best.reader.labels == IMAGE_CLASSES:  # of which a part is enough
            covered = other.labels.keys() <= best.labels.keys()
        has, other_has = _counts(best), _counts(other)
        what = f'{other.reader} fits, too ({other_has}), and is not used beside {best.reader}'
        what += ', which has as many for each image' if covered else f' ({has})'
        given = argument('layout', other.reader.name)
        fix = f'say which is meant: {given} or {argument("layout", best.reader.name)}'
        severity = NOTE if covered else PROBLEM
        findings.add(severity, root, what, fix='' if covered else fix, count=1)


def _counts(reading: _Reading) -> str:
    noun = COUNTED.get(reading.reader.labels)
    labels = f', {reading.total:,} {noun}' if noun else ''
    return f'{len(reading.labels):,} images{labels}'


def _by_file_name(labels: Mapping[str, int]) -> Counter[tuple[str, int]]:
    return Counter((image.rpartition('/')[2], count) for image, count in labels.items() if count)


def describe_recognised(
    root: Path, reader: Reader[Any], splits: Splits, classes: Sequence[str], names_from: str
) -> str:
    """Return in one line what was found in a folder.

    Args:
        root: The folder.
        reader: Reader of the layout.
        splits: All splits of the folder.
        classes: Names of the classes.
        names_from: Source of the names, as a phrase.
    """
    shown = ', '.join(first_few(classes, 12)) + (', ...' if len(classes) > 12 else '')
    order = [name for name in (*SPLIT_NAMES, UNNAMED) if name in splits]
    labels = [splits[name].labels_by_image for name in order]
    counts = [
        f'{"of no split" if name == UNNAMED else name} {len(of):,}{" images" * (not index)}'
        for index, (name, of) in enumerate(zip(order, labels, strict=True))
    ]
    if order == [UNNAMED]:
        counts = [f'{len(labels[0]):,} images']
    if noun := COUNTED.get(splits[order[0]].labels):
        counts.append(f'{sum(_merged(labels).values()):,} {noun}')
    source = f'; {names_from}' if names_from else ''
    named = f'{len(classes)} class{"es" * (len(classes) != 1)} ({shown}{source})'
    return f'{root.name}: {reader}, {", ".join([*counts, named])}'
