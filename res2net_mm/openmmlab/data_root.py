"""Find the data that a config names, or say what is missing before anything is built."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config

from res2net_mm.errors import UserError, argument

from .edit import is_segmenter, leaf_datasets, map_values

DATA_ROOT_VARIABLE = 'MMDET_DATASETS'


def use_data_root_variable(cfg: Config) -> None:
    """Replace the config's ``data_root`` by MMDET_DATASETS in every path, where that is set."""
    root, written = os.environ.get(DATA_ROOT_VARIABLE), cfg.get('data_root')
    if not root or not written:
        return

    def replace(value: Any) -> Any:
        if isinstance(value, str) and value.startswith(written):
            return os.path.join(root, '') + value[len(written) :]
        return value

    cfg.merge_from_dict(map_values(cfg._cfg_dict.to_dict(), replace))


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
            f'or train on any folder {kind} with {argument("data", "DIR")}; or see it work with no '
            f'data at all: `res2net-mm demo{" --segmentation" if segmenter else ""}`'
        )


def _paths(dataset: Mapping[str, Any]) -> Iterator[Path]:
    """Yield the local paths a dataset reads."""
    root = dataset.get('data_root') or ''
    named = [dataset.get('ann_file'), *(dataset.get('data_prefix') or {}).values()]
    for path in named:
        if isinstance(path, str) and path and '://' not in path:
            yield Path(root, path)
