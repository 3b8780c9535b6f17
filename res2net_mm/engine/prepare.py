"""What training and evaluation both begin with: a checked config, its data, and a runner."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.hooks import Hook, LoggerHook
from mmengine.runner import Runner

from res2net_mm.errors import UserError, argument
from res2net_mm.openmmlab.checks import (
    check_values,
    require_datasets,
    require_parts,
    use_data_root_variable,
)
from res2net_mm.openmmlab.config import load_config

from .hooks.progress_line import ProgressLineHook
from .processes.process_group import check_launcher, is_first_process
from .screen import QuietRunner, is_quiet


def prepare_config(
    config: str | Path | Config,
    *,
    needs: Sequence[str],
    work_dir: str | Path | None,
    cfg_options: Mapping[str, Any] | None,
    launcher: str,
) -> Config:
    """Load a config and check that it has the parts in ``needs`` and that this process can run it.

    The other arguments are those of :func:`~res2net_mm.engine.train`.
    """
    cfg = load_config(config, work_dir=work_dir, cfg_options=cfg_options, launcher=launcher)
    check_launcher(launcher)
    require_parts(cfg, *needs)
    check_values(cfg)
    return cfg


def prepare_data(
    cfg: Config, *, loaders: tuple[str, ...], data: str | Path | None, **of_folder: Any
) -> list[str]:
    """Point a config at a folder, in place, or without one check the data that the config names.

    Args:
        cfg: The config.
        loaders: The data loaders that the run uses, such as ``train_dataloader``.
        data: The folder, or None.
        of_folder: ``classes``, ``ignore_index``, ``layout`` and ``known`` of
            :func:`~res2net_mm.data.use_folder.use_folder`.

    Returns:
        What was found and changed, to be logged once the run has a log.
    """
    # Imported here so that hooks and loops of this room can be used without the readers of data.
    from res2net_mm.data.checks.config_datasets import check_config_data
    from res2net_mm.data.use_folder import use_folder
    from res2net_mm.formats import describe

    if data is not None:
        return [use_folder(cfg, data, training='train_dataloader' in loaders, **of_folder)]
    describing = ('classes', 'ignore_index', 'layout')
    if any(of_folder.get(name) not in (None, [], ()) for name in describing):
        given = ', '.join(map(argument, describing))
        raise UserError(f'{given} describe {argument("data")}, which is not given')
    use_data_root_variable(cfg)
    require_datasets(cfg, loaders=loaders)
    if not is_first_process():
        return []
    return describe(check_config_data(cfg, loaders=loaders))


def build_runner(
    cfg: Config,
    *,
    hooks: Sequence[Hook],
    messages: Sequence[str],
    runner_class: type[Runner] = QuietRunner,
) -> Runner:
    """Build the runner of a config, add hooks that no config names, and log messages."""
    runner = runner_class.from_cfg(cfg)
    for hook in hooks:
        runner.register_hook(hook)
    if is_quiet() and is_first_process():
        intervals = [hook.interval for hook in runner.hooks if isinstance(hook, LoggerHook)]
        runner.register_hook(ProgressLineHook(*intervals[:1]))
    for message in messages:
        runner.logger.info(message)
    return runner
