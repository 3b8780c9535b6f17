"""Point a config at a folder of data."""

from collections.abc import Sequence
from pathlib import Path

from mmengine.config import Config

from res2net_mm.data import is_segmenter, recognise, recognise_masks, set_dataset, set_masks
from res2net_mm.errors import UserError


def use_folder(
    cfg: Config,
    folder: str | Path,
    *,
    classes: Sequence[str] | None = None,
    ignore_index: int | None = None,
) -> str:
    """Point every dataset, head and evaluator of the config at a folder (``--data``).

    Args:
        cfg: The config: of a segmenter if it has a decode head, else of a detector.
        folder: Images with label masks for a segmenter, with boxes for a detector.
        classes: Names of the classes of label masks, where the folder does not tell them.
        ignore_index: The label of masks that is neither trained on nor counted, likewise.

    Returns:
        What was found in the folder and what was changed in the config, to be printed.
    """
    if not str(folder):
        raise UserError("--data '' names no folder")
    out_dir = Path(cfg.work_dir) / 'data'
    if is_segmenter(cfg):
        found = recognise_masks(folder, out_dir, classes=classes, ignore_index=ignore_index)
        changes = set_masks(cfg, found)
    elif classes or ignore_index is not None:
        raise UserError('--classes and --ignore-index are for label masks: this is a detector')
    else:
        found = recognise(folder, out_dir)
        changes = set_dataset(cfg, found)
    return '\n'.join((found.summary(), *changes))
