"""Point a config at the data there is, or say what is missing before anything is built."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from mmengine.config import Config, ConfigDict

from res2net_mm.data import is_segmenter, recognise, recognise_masks, set_dataset, set_masks
from res2net_mm.errors import UserError
from res2net_mm.openmmlab.edit import leaf_datasets

DATA_ROOT_VARIABLE = 'MMDET_DATASETS'


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


def use_data_root_variable(cfg: Config) -> None:
    """Let MMDET_DATASETS, where it is set, stand in place of the config's ``data_root``."""
    root, written = os.environ.get(DATA_ROOT_VARIABLE), cfg.get('data_root')
    if root and written:
        cfg.merge_from_dict(_replaced(cfg._cfg_dict.to_dict(), written, os.path.join(root, '')))


def _replaced(node, old: str, new: str):
    """Return the nested config with ``new`` for ``old`` at the start of every string."""
    if isinstance(node, dict):
        return {key: _replaced(value, old, new) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return type(node)(_replaced(value, old, new) for value in node)
    return new + node[len(old) :] if isinstance(node, str) and node.startswith(old) else node


def require_datasets(cfg: Config, *, loaders: tuple[str, ...]) -> None:
    """Raise one UserError naming every annotation file or image folder that does not exist.

    Args:
        cfg: The config.
        loaders: The data loaders whose datasets are needed, such as ``train_dataloader``.
    """
    needed = (
        path
        for loader in loaders
        if cfg.get(loader)
        for dataset in leaf_datasets(cfg[loader].dataset)
        for path in _paths(dataset)
    )
    missing = [path for path in dict.fromkeys(needed) if not path.exists()]
    if missing:
        segmenter = is_segmenter(cfg)
        public = 'the set' if segmenter else 'COCO 2017 from https://cocodataset.org/#download'
        kind = 'of images and label masks' if segmenter else 'in COCO or VOC layout'
        raise UserError(
            f'the data of this config is not there: looked for {", ".join(map(str, missing))} '
            f'(from {Path.cwd()}). Get {public} and put it, or link it, at '
            f'{cfg.get("data_root", "data/coco/")}, or set {DATA_ROOT_VARIABLE} to where it lies; '
            f'or train on any folder {kind} with `--data DIR`; or see it work with no data at all: '
            f'`make {"demo-seg" if segmenter else "demo"}`'
        )


def _paths(dataset: ConfigDict) -> Iterator[Path]:
    """Yield the local paths a dataset reads."""
    root = dataset.get('data_root') or ''
    named = [dataset.get('ann_file'), *(dataset.get('data_prefix') or {}).values()]
    for path in named:
        if isinstance(path, str) and path and '://' not in path:
            yield Path(root, path)
