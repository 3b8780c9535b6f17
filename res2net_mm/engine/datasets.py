"""Point a config at the data there is, or say what is missing before anything is built."""

import os
from collections.abc import Iterator
from pathlib import Path

from mmengine.config import Config, ConfigDict

from res2net_mm.data import recognise, set_dataset
from res2net_mm.errors import UserError

DATA_ROOT_VARIABLE = 'MMDET_DATASETS'


def use_folder(cfg: Config, folder: str | Path) -> str:
    """Point every dataset, head and evaluator of the config at a folder (``--data``).

    Returns:
        What was found in the folder and what was changed in the config, to be printed.
    """
    found = recognise(folder, out_dir=Path(cfg.work_dir) / 'data')
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
        for dataset in _leaf_datasets(cfg[loader].dataset)
        for path in _paths(dataset)
    )
    missing = [path for path in dict.fromkeys(needed) if not path.exists()]
    if missing:
        raise UserError(
            f'the data of this config is not there: looked for {", ".join(map(str, missing))} '
            f'(from {Path.cwd()}). Get COCO 2017 from https://cocodataset.org/#download and put '
            f'it, or link it, at {cfg.get("data_root", "data/coco/")}, or set '
            f'{DATA_ROOT_VARIABLE} to where it lies; or train on any folder in COCO or VOC layout '
            'with `--data DIR`; or see it work with no data at all: `make demo`'
        )


def _leaf_datasets(dataset: ConfigDict) -> Iterator[ConfigDict]:
    """Yield the datasets inside wrappers such as RepeatDataset and ConcatDataset."""
    if 'datasets' in dataset:
        for part in dataset.datasets:
            yield from _leaf_datasets(part)
    elif 'dataset' in dataset:
        yield from _leaf_datasets(dataset.dataset)
    else:
        yield dataset


def _paths(dataset: ConfigDict) -> Iterator[Path]:
    """Yield the local paths a dataset reads."""
    root = dataset.get('data_root') or ''
    named = [dataset.get('ann_file'), *(dataset.get('data_prefix') or {}).values()]
    for path in named:
        if isinstance(path, str) and path and '://' not in path:
            yield Path(root, path)
