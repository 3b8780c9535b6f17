"""Read a config and the options that go with it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config

from res2net_mm.errors import UserError, brief

from .checkpoint_schemes import make_mmengine_loading_safe
from .config_text import lay_out_each_config_once
from .edit import walk
from .options import meant_places
from .shipped import shipped_file


def load_config(
    config: str | Path | Config,
    *,
    work_dir: str | Path | None = None,
    cfg_options: Mapping[str, Any] | None = None,
    launcher: str = 'none',
) -> Config:
    """Load a config with the options of the command line merged in.

    A config is code and runs; what it has MMEngine read from then on is read as data only.

    Args:
        config: A file, or a name such as ``mmdet::retinanet/retinanet_r50_fpn_1x_coco.py``, or a
            config already loaded (which is changed in place).
        work_dir: Where the run writes; default the config's, else ``work_dirs/<config's name>``.
        cfg_options: Settings to override, ``{'train_cfg.max_epochs': 3}``.
        launcher: none, pytorch, slurm or mpi.

    Raises:
        UserError: The config cannot be found or does not load, or an option does not fit it.
    """
    lay_out_each_config_once()
    make_mmengine_loading_safe()  # from here on, whatever of MMEngine reads a file in this process
    if isinstance(config, Config):
        cfg, name = config, Path(config.filename or 'config.py').stem
    else:
        cfg, name = _from_file(str(config)), Path(str(config)).stem
    for option, value in (cfg_options or {}).items():
        if places := meant_places(cfg, option):
            raise UserError(
                f'--cfg-options {option}={value} is no setting of the wrapper that the dataset '
                f'lies in; give {" and ".join(places)}'
            )
        try:
            cfg.merge_from_dict({option: value})
        except (KeyError, TypeError, IndexError) as error:
            raise UserError(
                f'--cfg-options {option}={value} does not fit the config: {error}'
            ) from error
    cfg.launcher = launcher
    cfg.work_dir = str(work_dir or cfg.get('work_dir') or Path('work_dirs') / name)
    return cfg


def require_parts(cfg: Config, *parts: str) -> None:
    """Raise UserError if a config lacks a part, or has something else in its place.

    Args:
        cfg: The config.
        parts: Keys of dicts that are not empty, such as ``model``; a data loader has a dataset.
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


def _from_file(config: str) -> Config:
    if '::' in config:
        try:
            config = str(shipped_file(config))
        except UserError as error:
            raise UserError(f'config {config} cannot be had: {error}') from error
    if not Path(config).is_file():
        raise UserError(
            f'config {config} does not exist (looked in {Path.cwd()}); name a file such as '
            'configs/faster_rcnn_r2n50_fpn.py or one of a toolbox, mmdet::<folder>/<file>.py'
        )
    try:
        cfg = Config.fromfile(config)
        list(walk(cfg._cfg_dict))  # has what it imports lazily imported
        return cfg
    except (Exception, SystemExit) as error:  # a config is code: what it raises is the message
        raise UserError(f'config {config} does not load: {brief(error)}') from error
