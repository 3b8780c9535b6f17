"""Load a config with the options that go with it, and report its errors as UserError."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner

from res2net_mm.errors import UserError, argument, brief

from .checkpoint_schemes import make_mmengine_loading_safe
from .edit import walk
from .internals import format_each_config_once
from .options import meant_places
from .shipped import own_file, shipped_file


def load_config(
    config: str | Path | Config,
    *,
    work_dir: str | Path | None = None,
    cfg_options: Mapping[str, Any] | None = None,
    launcher: str = 'none',
) -> Config:
    """Load a config and merge options into it.

    A config is code and runs; files that MMEngine reads after this call are read as data only.

    Args:
        config: A file, a name such as ``mmdet::retinanet/retinanet_r50_fpn_1x_coco.py``, or a
            loaded config (which is changed in place).
        work_dir: Where the run writes; default the config's, else ``work_dirs/<config's name>``.
        cfg_options: Settings to override, ``{'train_cfg.max_epochs': 3}``.
        launcher: none, pytorch, slurm or mpi.

    Raises:
        UserError: The config cannot be found or does not load, or an option does not fit it.
    """
    format_each_config_once()
    make_mmengine_loading_safe()
    if isinstance(config, Config):
        cfg, name = config, Path(config.filename or 'config.py').stem
    else:
        cfg, name = _from_file(str(config)), Path(str(config)).stem
    for option, value in (cfg_options or {}).items():
        given = f'{argument("cfg_options").rstrip("=")} {option}={value}'
        if places := meant_places(cfg, option):
            raise UserError(
                f'{given} is no setting of the wrapper around the dataset; give '
                f'{" and ".join(places)}'
            )
        try:
            cfg.merge_from_dict({option: value})
        except (KeyError, TypeError, IndexError) as error:
            raise UserError(f'{given} does not fit the config: {error}') from error
    cfg.launcher = launcher
    cfg.work_dir = str(work_dir or cfg.get('work_dir') or Path('work_dirs') / name)
    return cfg


def require_parts(cfg: Config, *parts: str) -> None:
    """Raise UserError if a config lacks a part, or has something else in its place.

    Args:
        cfg: The config.
        parts: Keys whose value is a dict that is not empty, such as ``model``; a data loader needs
            a dataset.
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


class ConfigErrors(Hook):
    """A context that reports any exception raised before the run starts as one config error.

    A wrong value in a config makes MMEngine and the toolboxes raise exceptions of any kind. Where
    this is registered as a hook, exceptions after training or testing began keep their traceback.

    Args:
        cfg: The config.
        what: What fails, as a phrase that follows 'config X', such as 'builds no model'.

    Raises:
        UserError: On leaving, in place of any other exception.
    """

    priority = 'HIGHEST'

    def __init__(self, cfg: Config, what: str) -> None:
        self._of, self._what, self._begun = cfg.filename or 'given', what, False

    def __enter__(self) -> 'ConfigErrors':
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if self._begun or not isinstance(error, Exception) or isinstance(error, UserError):
            return
        if isinstance(error.__context__, SystemExit):  # MMEngine turns a signal into SyntaxError
            raise error.__context__
        raise UserError(
            f'config {self._of} {self._what}: {brief(error)} (--debug shows where)'
        ) from error

    def before_train(self, runner: Runner) -> None:
        """Note that training begins."""
        self._begun = True

    def before_test(self, runner: Runner) -> None:
        """Note that testing begins."""
        self._begun = True


def _from_file(config: str) -> Config:
    if '::' in config:
        try:
            config = str(shipped_file(config))
        except UserError as error:
            raise UserError(f'config {config} cannot be had: {error}') from error
    if not Path(config).is_file() and (own := own_file(config)):
        config = str(own)
    if not Path(config).is_file():
        raise UserError(
            f'config {config} does not exist (looked in {Path.cwd()}); name a file such as '
            'configs/faster_rcnn_r2n50_fpn.py or one of a toolbox, mmdet::<folder>/<file>.py'
        )
    try:
        cfg = Config.fromfile(config)
        list(walk(cfg._cfg_dict))  # a lazily imported name that does not exist fails here
        return cfg
    except (Exception, SystemExit) as error:  # a config is code and may raise anything
        raise UserError(f'config {config} does not load: {brief(error)}') from error
