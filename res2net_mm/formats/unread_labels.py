"""Label files that lie in a folder and belong to a layout in which it was not read."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from res2net_mm.formats.boxes.label_files import begins_like
from res2net_mm.formats.findings import Findings, Severity
from res2net_mm.formats.image_file import files_below
from res2net_mm.formats.reader import Reader


def name_unread(
    root: Path,
    readers: Iterable[Reader[Any]],
    named: Sequence[Reader[Any]],
    severity: Severity,
    findings: Findings,
) -> None:
    """Add a finding for each layout whose label files lie in a folder and were not read.

    Args:
        root: The folder.
        readers: Readers of one kind of labels.
        named: Readers that have read the folder or were named in a finding. Files that look like
            their labels are skipped.
        severity: Severity of the findings.
        findings: Receives a finding for each layout.
    """
    others = [reader for reader in readers if reader.label_start and reader not in named]
    if not others:
        return
    unread: dict[str, list[str]] = {}
    own = [reader for reader in named if reader.label_start]
    suffixes = tuple({reader.label_suffix for reader in others})
    for path, file in files_below(root, suffixes).items():
        if any(is_label_file(file, reader) for reader in own):
            continue
        if reader := next((of for of in others if is_label_file(file, of)), None):
            unread.setdefault(str(reader), []).append(path)
    for layout, files in unread.items():
        what = f'label files of {layout} that are not used, as {named[0]} is read'
        fix = 'take them away, or bring them into the layout that is read'
        findings.add(severity, root, what, files, fix)


def is_label_file(file: Path, reader: Reader[Any]) -> bool:
    """Return whether a file looks like a label file of a reader."""
    return file.name.lower().endswith(reader.label_suffix) and begins_like(file, reader.label_start)
