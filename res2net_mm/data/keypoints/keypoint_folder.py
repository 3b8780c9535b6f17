"""Recognises a folder of images with the keypoints of people, ready to train on."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from res2net_mm.data.detection.box_folder import DetectionFolder, Split, read_objects, written
from res2net_mm.data.keypoints.keypoint_check import clean_keypoints, is_labelled
from res2net_mm.data.recognised import recognise_as
from res2net_mm.formats import KEYPOINTS, Findings


@dataclass(frozen=True)
class KeypointFolder(DetectionFolder):
    """A recognised folder of people with keypoints; ``boxes`` of its splits counts them."""

    labels: ClassVar[str] = KEYPOINTS
    counted: ClassVar[str] = 'people'
    ignored: ClassVar[str] = 'crowd or no labelled keypoint'
    all_ignored: ClassVar[str] = 'are crowds (iscrowd=1) or have no labelled keypoint'
    fix_ignored: ClassVar[str] = 'label their keypoints, with a visibility of 1 or 2'


def recognise_keypoints(
    root: str | os.PathLike[str],
    out_dir: str | os.PathLike[str],
    *,
    training: bool = True,
    layout: str | None = None,
) -> KeypointFolder:
    """Find out what is in a folder and make it ready to train on.

    The folder itself is never changed. Where its labels cannot be used as they are, a mended copy
    is written to ``out_dir``, each file at once or not at all.

    Args:
        root: The folder.
        out_dir: Folder for these copies.
        training: As in :func:`read_keypoints`.
        layout: As in :func:`read_keypoints`.

    Raises:
        UserError: The folder is in no known layout, or something in it has to be mended first.
    """
    out_dir = Path(out_dir).absolute()

    def prepare(_: KeypointFolder, split: Split) -> Split:
        return written(split, out_dir / f'person_keypoints_{split.name}.json')

    return recognise_as(KEYPOINTS, read_keypoints, prepare, root, training=training, layout=layout)


def read_keypoints(
    root: Path, findings: Findings, *, training: bool = True, layout: str | None = None
) -> KeypointFolder | None:
    """Read, clean and count the people of a folder; nothing is written.

    Args:
        root: The folder.
        findings: Receives what was noticed, repaired or left out.
        training: Whether the folder is for training; otherwise all its images may be tested on.
        layout: Name of the layout to read the folder in. Default: the one that gives the most
            labels.

    Returns:
        The folder, every split in the file it was read from; None if it is in no layout that has
        keypoints.

    Raises:
        UserError: Nothing can be made of the folder, or ``findings`` stop at an error.
    """
    return read_objects(
        KeypointFolder,
        root,
        findings,
        training=training,
        layout=layout,
        clean=clean_keypoints,
        counts=is_labelled,
    )
