"""Load a config with the options that go with it, and report its errors as UserError."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config, DictAction
from mmengine.hooks import Hook
from mmengine.runner import Runner

from res2net_mm.errors import UserError, argument, brief

from .config_names import own_file, shipped_file
from .data_only import make_mmengine_loading_safe
from .edit import KEPT, leaf_dataset_paths, walk
from .internals import format_each_config_once

# Settings that datasets take, and wrappers of datasets do not.
_OF_DATASETS = {*KEPT} - {'lazy_init', 'max_refetch'}


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
    if 'data_preprocessor' in cfg and isinstance(cfg.get('model'), dict):  # as MMEngine's Runner
        cfg.model.setdefault('data_preprocessor', cfg.data_preprocessor)
    cfg.launcher = launcher
    cfg.work_dir = str(work_dir or cfg.get('work_dir') or Path('work_dirs') / name)
    return cfg


class ConfigErrors(Hook):
    """A context that reports any exception raised before the run starts as one UserError.

    A wrong value in a config makes MMEngine and the toolboxes raise exceptions of any kind. Where
    this is registered as a hook, exceptions after training or testing began keep their traceback.

    Args:
        cfg: The config.
        what: What fails, as a phrase that follows 'config X', such as 'builds no model'.
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
        self._begun = True

    before_test = before_train


def _from_file(config: str) -> Config:
    if '::' in config:
        try:
            config = str(shipped_file(config))
        except UserError as error:
            raise UserError(f'config {config} is not found: {error}') from error
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


class OptionAction(DictAction):
    """MMEngine's argparse action for ``KEY=VALUE``, with an error in place of a traceback."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        for value in values:
            key, equals, _ = value.partition('=')
            if not equals or not all(
                part.isidentifier() or part.isdigit() for part in key.split('.')
            ):
                parser.error(
                    f'{option_string}: {value!r} is not KEY=VALUE, as train_cfg.max_epochs=3 is'
                )
        try:
            super().__call__(parser, namespace, values, option_string)
        except Exception as error:  # MMEngine's parser of values raises errors of any kind
            parser.error(f'{option_string} {" ".join(values)}: {error}')


def meant_places(cfg: Config, option: str) -> list[str]:
    """Return the keys that an option is meant for when it names a setting beside its dataset.

    A dataset may lie inside a wrapper (RepeatDataset, ConcatDataset). MMEngine would add a setting
    of the dataset to the wrapper, which does not know it. Returns no key if the option, such as
    ``train_dataloader.dataset.pipeline.2.scale``, is where it belongs.
    """
    node: Any = cfg
    names = option.split('.')
    for i, name in enumerate(names):
        if isinstance(node, list | tuple) and name.isdigit() and int(name) < len(node):
            node = node[int(name)]
        elif isinstance(node, Mapping | Config) and name in node:
            node = node[name]
        else:
            wraps = (
                isinstance(node, Mapping) and 'type' in node and {'dataset', 'datasets'} & {*node}
            )
            return [
                '.'.join([*names[:i], *map(str, path), *names[i:]])
                for path, dataset in (leaf_dataset_paths(node) if wraps else ())
                if name in dataset or name in _OF_DATASETS
            ]
    return []
