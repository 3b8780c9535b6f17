"""Layouts of data folders, a file each, and what all of them share.

A layout is a :class:`Reader` in a file of its own and a line in ``READERS``. Training on a folder,
checking it and scoring result files against it all read it through :func:`read_folder`.
"""

import os
from pathlib import Path
from typing import Any

from res2net_mm.errors import UserError, argument, check_choice

from .boxes.coco import COCO
from .boxes.coco_keypoints import COCO_KEYPOINTS
from .boxes.csv_boxes import CSV_BOXES
from .boxes.kitti import KITTI
from .boxes.openimages import OPENIMAGES
from .boxes.tools.createml import CREATEML
from .boxes.tools.cvat import CVAT
from .boxes.tools.datumaro import DATUMARO
from .boxes.tools.label_studio import LABEL_STUDIO
from .boxes.tools.labelme import LABELME
from .boxes.tools.supervisely import SUPERVISELY
from .boxes.tools.via import VIA
from .boxes.voc import VOC
from .boxes.wider_face import WIDER_FACE
from .boxes.yolo.folder import YOLO
from .findings import Finding, Findings, Severity, describe, first_few
from .image_classes.csv_classes import CLASS_CSVS
from .image_classes.folder import CLASS_FOLDERS
from .image_classes.list_classes import CLASS_LISTS
from .image_file import each_folder_once
from .label_maps.folder import LABEL_MAP_FOLDERS
from .reader import (
    BOXES,
    IMAGE_CLASSES,
    KEYPOINTS,
    LABEL_MAPS,
    BoxImages,
    ClassifiedImages,
    KeypointImages,
    LabelMapImages,
    Reader,
)
from .recognition import describe_recognised, read_as, read_in_best_layout

#: Every layout there is; of those that give as many labels, the first reads a folder.
READERS: tuple[Reader[Any], ...] = (
    COCO,
    COCO_KEYPOINTS,
    VOC,
    YOLO,
    LABELME,
    VIA,
    CVAT,
    CREATEML,
    LABEL_STUDIO,
    SUPERVISELY,
    DATUMARO,
    OPENIMAGES,
    CSV_BOXES,
    KITTI,
    WIDER_FACE,
    LABEL_MAP_FOLDERS,
    CLASS_CSVS,
    CLASS_LISTS,
    CLASS_FOLDERS,
)


def read_folder(
    root: Path, labels: str, findings: Findings, layout: str | None = None
) -> tuple[str, dict[str, Any]] | None:
    """Return the layout of a folder and its splits, None where it is in no known layout.

    Where several layouts fit, the one with the most labels is taken and the others are named.

    Args:
        root: The folder to read.
        labels: ``BOXES``, read as :class:`BoxImages`, ``KEYPOINTS``, as
            :class:`KeypointImages`, ``LABEL_MAPS``, as :class:`LabelMapImages`, or
            ``IMAGE_CLASSES``, as :class:`ClassifiedImages`.
        findings: Receives what was noticed. If it stops at errors, they are raised.
        layout: Name of the layout to read the folder in. Default: the one that gives the most
            labels.

    Raises:
        UserError: Nothing can be made of the folder, ``findings`` stop at an error, or there is no
            such layout or the folder is not in it.
    """
    with each_folder_once():
        if layout is None:
            return read_in_best_layout(root, labels, READERS, findings)
        return layout, read_as(find_reader(layout, labels), root, READERS, findings)


def find_reader(layout: str, labels: str | None = None) -> Reader[Any]:
    """Return the reader of a layout.

    Args:
        layout: Name of the layout.
        labels: Kind of labels that the layout must give; None for any.

    Raises:
        UserError: There is none of this name, or it gives other labels.
    """
    check_choice('layout', layout, layout_names())
    reader = next(reader for reader in READERS if reader.name == layout)
    if labels not in (None, reader.labels):
        raise UserError(
            f'{argument("layout", layout)} gives {reader.labels}, and {labels} are needed, as in '
            f'{", ".join(layout_names(labels))}.'
        )
    return reader


def layout_names(labels: str | None = None) -> list[str]:
    """Return the names of the layouts, all or those of one kind of labels."""
    return [reader.name for reader in READERS if labels in (None, reader.labels)]


def existing_folder(path: str | os.PathLike[str]) -> Path:
    """Return the absolute path of a folder.

    Raises:
        UserError: There is no such folder.
    """
    root = Path(path).expanduser().absolute()
    if not root.is_dir():
        raise UserError(f'{root} is not a folder.')
    return root


def describe_unknown(root: Path, labels: str | None = None) -> str:
    """Return what was looked for in a folder that is in no known layout, and what is there."""
    looked_for = '; '.join(r.looked_for for r in READERS if labels in (None, r.labels))
    entries = sorted(entry.name + '/' * entry.is_dir() for entry in root.iterdir())
    there = ', '.join(first_few(entries, 8)) + (', ...' if len(entries) > 8 else '')
    others = [r.labels for r in READERS if labels not in (None, r.labels) and r.is_like(root)]
    hint = f' It looks like a folder of {others[0]}, not of {labels}.' if others else ''
    wanted = labels or f'{BOXES}, no {KEYPOINTS}, no {LABEL_MAPS} and no {IMAGE_CLASSES}'
    return (
        f'{root} holds no {wanted} in a known layout. Looked for: {looked_for}. In it: '
        f'{there or "nothing"}.{hint}'
    )


__all__ = [
    'BOXES',
    'IMAGE_CLASSES',
    'KEYPOINTS',
    'LABEL_MAPS',
    'READERS',
    'BoxImages',
    'ClassifiedImages',
    'Finding',
    'Findings',
    'KeypointImages',
    'LabelMapImages',
    'Reader',
    'Severity',
    'describe',
    'describe_recognised',
    'describe_unknown',
    'existing_folder',
    'find_reader',
    'first_few',
    'layout_names',
    'read_folder',
]
