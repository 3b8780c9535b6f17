"""Layouts of data folders, a file each, and what all of them share.

A layout is a :class:`Reader` in a file of its own and a line in ``READERS``. Training on a folder,
checking it and scoring result files against it all read it through :func:`read_folder`.
"""

import os
from pathlib import Path
from typing import Any

from res2net_mm.errors import UserError

from .boxes.coco import COCO
from .boxes.tools.labelme import LABELME
from .boxes.voc import VOC
from .boxes.yolo import YOLO
from .findings import Finding, Findings, Severity, describe, first_few
from .label_maps.folder import LABEL_MAP_FOLDERS
from .reader import BOXES, LABEL_MAPS, BoxImages, LabelMapImages, Reader

#: Every layout there is; of those that give the same labels, the first that fits a folder reads it.
READERS: tuple[Reader[Any], ...] = (COCO, VOC, YOLO, LABELME, LABEL_MAP_FOLDERS)


def read_folder(root: Path, labels: str, findings: Findings) -> tuple[str, dict[str, Any]] | None:
    """Return the layout of a folder and its splits, None where it is in no known layout.

    Args:
        root: The folder.
        labels: ``BOXES``, read as :class:`BoxImages`, or ``LABEL_MAPS``, as
            :class:`LabelMapImages`.
        findings: Gets what was noticed; whether it stops decides whether errors are raised.

    Raises:
        UserError: Nothing can be made of the folder, or ``findings`` stop at an error.
    """
    for reader in READERS:
        if reader.labels == labels and (splits := reader.read(root, findings)):
            return reader.name, splits
    return None


def existing_folder(path: str | os.PathLike[str]) -> Path:
    """Return the absolute path of a folder.

    Raises:
        UserError: There is no such folder.
    """
    root = Path(path).expanduser().absolute()
    if not root.is_dir():
        raise UserError(f'{root} is not a folder.')
    return root


def describe_unknown(root: Path, labels: str) -> str:
    """Return what was looked for in a folder that is in no known layout, and what is there."""
    looked_for = '; '.join(r.looked_for for r in READERS if r.labels == labels)
    entries = sorted(entry.name + '/' * entry.is_dir() for entry in root.iterdir())
    there = ', '.join(first_few(entries, 8)) + (', ...' if len(entries) > 8 else '')
    others = [r.labels for r in READERS if r.labels != labels and r.is_like(root)]
    hint = f' It looks like a folder of {others[0]}, not of {labels}.' if others else ''
    return (
        f'{root} holds no {labels} in a known layout. Looked for: {looked_for}. In it: '
        f'{there or "nothing"}.{hint}'
    )


__all__ = [
    'BOXES',
    'LABEL_MAPS',
    'READERS',
    'BoxImages',
    'Finding',
    'Findings',
    'LabelMapImages',
    'Reader',
    'Severity',
    'describe',
    'describe_unknown',
    'existing_folder',
    'first_few',
    'read_folder',
]
