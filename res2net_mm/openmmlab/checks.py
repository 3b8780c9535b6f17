"""Check, before anything is built, that a config describes a run and that its data is there."""

import os
from collections.abc import Mapping
from math import inf
from numbers import Integral, Real
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.registry import OPTIMIZERS

from res2net_mm.errors import UserError, argument

from .edit import (
    CLASSIFIER,
    DETECTOR,
    SEGMENTER,
    leaf_datasets,
    look_up,
    map_values,
    model_kind,
    type_name,
)

# Place in the config -> kind of number and least value. A missing value, or None, is MMEngine's.
_NUMBERS: dict[str, tuple[type[Any], int]] = {
    'train_cfg.max_epochs': (Integral, 1),
    'train_cfg.max_iters': (Integral, 1),
    'train_cfg.val_interval': (Integral, 1),
    **{
        f'{name}_dataloader.{setting}': (Integral, least)
        for name in ('train', 'val', 'test')
        for setting, least in (('batch_size', 1), ('num_workers', 0))
    },
    'optim_wrapper.accumulative_counts': (Integral, 1),
    'optim_wrapper.optimizer.lr': (Real, 0),
    'optim_wrapper.optimizer.weight_decay': (Real, 0),
    'randomness.seed': (Integral, 0),
}
_NAMES = {Integral: 'a whole number', Real: 'a finite number'}
DATA_ROOT_VARIABLE = 'MMDET_DATASETS'
# Kind of model -> what its configs' data is, what a folder of one's own holds, option of the demo.
_WHAT_IS_NEEDED = {
    DETECTOR: (
        'COCO 2017 from https://cocodataset.org/#download',
        'of images with boxes',
        '',
    ),
    SEGMENTER: ('the set', 'of images and label maps', ' --segmentation'),
    CLASSIFIER: (
        'ImageNet 2012 from https://image-net.org, with a folder for each class in train and val',
        'with a folder of images for each class',
        ' --classification',
    ),
}


def require_parts(cfg: Config, *parts: str) -> None:
    """Raise UserError unless each part, such as ``model``, is a dict that is not empty.

    A data loader needs a dataset.
    """
    for part in parts:
        value, holds = cfg.get(part), 'a dict that is not empty'
        if part.endswith('_dataloader') and isinstance(value, Mapping):
            part, value = f'{part}.dataset', value.get('dataset')
            holds = "a dict with the dataset's type"
        if not isinstance(value, Mapping) or not value:
            raise UserError(
                f'config {cfg.filename or "given"} has {part}={value!r:.80}, where {holds} is '
                'needed: it describes no model to run, or only a part of one'
            )


def check_values(cfg: Config) -> None:
    """Raise UserError if a number is of another kind or too small, or the optimizer is unknown."""
    for place, (kind, least) in _NUMBERS.items():
        value = look_up(cfg, tuple(place.split('.')))
        if value is None:
            continue
        if not isinstance(value, kind) or isinstance(value, bool) or not least <= value < inf:
            raise UserError(
                f'config {cfg.filename or "given"} has {place}={value!r:.80}, where '
                f'{_NAMES[kind]} of {least} or more is needed'
            )
    optimizer = look_up(cfg, ('optim_wrapper', 'optimizer', 'type'))
    if isinstance(optimizer, str):
        with OPTIMIZERS.switch_scope_and_registry(cfg.get('default_scope')) as registry:
            if registry.get(optimizer) is None:  # MMEngine's own error does not name it
                raise UserError(
                    f'config {cfg.filename or "given"} has optim_wrapper.optimizer.type='
                    f'{optimizer!r}: there is no such optimizer, as SGD and AdamW are'
                )


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


def missing_data(cfg: Config, *, loaders: tuple[str, ...]) -> list[Path]:
    """Return the annotation files and image folders of some loaders that do not exist."""
    needed = [
        Path(dataset.get('data_root') or '', path)
        for loader in loaders
        if cfg.get(loader)
        for dataset in leaf_datasets(cfg[loader].dataset)
        for path in _paths(dataset)
        if isinstance(path, str) and path and '://' not in path
    ]
    return [path for path in dict.fromkeys(needed) if not path.exists()]


def require_datasets(cfg: Config, *, loaders: tuple[str, ...]) -> None:
    """Raise one UserError that names each annotation file or image folder that does not exist."""
    if missing := missing_data(cfg, loaders=loaders):
        public, kind, demo = _WHAT_IS_NEEDED[model_kind(cfg)]
        raise UserError(
            f'the data of this config is not there: looked for {", ".join(map(str, missing))} '
            f'(from {Path.cwd()}). Get {public} and put it, or link it, at '
            f'{cfg.get("data_root", "data/coco/")}, or set {DATA_ROOT_VARIABLE} to where it lies; '
            f'or train on any folder {kind} with {argument("data", "DIR")}; or see it work with no '
            f'data at all: `res2net-mm demo{demo}`'
        )


def _paths(dataset: Mapping[str, Any]) -> list[Any]:
    """Return the annotation file and the folders of images that a dataset names, if any."""
    prefix = dataset.get('data_prefix') or ()
    folders = prefix.values() if isinstance(prefix, Mapping) else [prefix] if prefix else []
    paths = [path for path in (dataset.get('ann_file'), *folders) if path]
    if not paths and type_name(dataset) == 'ImageNet':  # of MMPretrain, which finds its folder
        paths = [dataset.get('split') or '.']
    return paths
