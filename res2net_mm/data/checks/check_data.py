"""Check the data of a folder, by itself or against a config."""

from collections.abc import Sequence
from pathlib import Path

from res2net_mm.data.checks.check_folder import check_folder
from res2net_mm.data.checks.check_report import FolderCheck
from res2net_mm.errors import UserError
from res2net_mm.openmmlab.config import load_config


def check_data(
    data: str | Path,
    *,
    config: str | Path | None = None,
    classes: Sequence[str] | None = None,
    ignore_index: int | None = None,
    allow_empty: bool = False,
    picture: str | Path | None = None,
) -> FolderCheck:
    """Read and decode everything in a folder, and say all that is wrong with it.

    Args:
        data: A folder in COCO or VOC layout, or of images with label masks.
        config: A config whose classes have to be the folder's, and whose resize boxes are counted
            after; only what its model trains on is then looked at.
        classes: What the labels in masks mean, where the folder does not tell it.
        ignore_index: The label in masks that is neither trained on nor counted, likewise.
        allow_empty: Whether images without boxes are meant.
        picture: PNG to write; default ``work_dirs/check_data/<name of the folder>.png``.

    Returns:
        What was found; ``str()`` is the report.

    Raises:
        UserError: The folder or config cannot be used at all.
    """
    if not str(data):
        raise UserError("the folder '' has no name")
    name = Path(data).expanduser().absolute().name
    return check_folder(
        data,
        picture or Path('work_dirs/check_data') / f'{name}.png',
        cfg=None if config is None else load_config(config),
        classes=classes,
        ignore_index=ignore_index,
        allow_empty=allow_empty,
    )
