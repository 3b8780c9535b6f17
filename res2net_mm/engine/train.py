"""The main job: train the model of a config."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.device import get_device
from mmengine.runner import Runner, find_latest_checkpoint

from res2net_mm.data.config_data_check import check_config_data
from res2net_mm.errors import UserError

from .config import load_config
from .datasets import is_first_process, require_datasets, use_data_root_variable, use_folder
from .pretrained import drop_pretrained, fetch_pretrained, start_from_random


def train(
    config: str | Path | Config,
    *,
    data: str | Path | None = None,
    classes: Sequence[str] | None = None,
    ignore_index: int | None = None,
    pretrained: bool = True,
    work_dir: str | Path | None = None,
    amp: bool = False,
    auto_scale_lr: bool = True,
    resume: str | bool = False,
    cfg_options: Mapping[str, Any] | None = None,
    launcher: str = 'none',
) -> Runner:
    """Train, validating as the config says.

    Args:
        config: A config file, a toolbox's name for one, or a loaded config.
        data: A folder to train on in place of the config's data: in COCO or VOC layout, or, for a
            segmenter, of images and label masks.
        classes: For a segmenter, names of the classes in ``data`` where it does not tell them.
        ignore_index: Likewise, the label that is neither trained on nor counted.
        pretrained: Whether to start from the published weights the config names. Without them,
            what the config freezes is unfrozen, since it would stay random.
        work_dir: Where the run writes; default ``work_dirs/<config's name>``.
        amp: Whether to train in mixed precision.
        auto_scale_lr: Whether to scale the learning rate from the batch size it was tuned for to
            the one in use, where the config says which it was.
        resume: A checkpoint to resume from, or True for the latest of the work directory.
        cfg_options: Settings to override.
        launcher: none, pytorch, slurm or mpi.

    Returns:
        The runner, after training.

    Raises:
        UserError: Something the user can mend; nothing has been trained.
    """
    cfg = load_config(config, work_dir=work_dir, cfg_options=cfg_options, launcher=launcher)
    messages = []
    if data is None and (classes or ignore_index is not None):
        raise UserError('--classes and --ignore-index say what the masks of --data DIR mean')
    if data is not None:
        messages.append(use_folder(cfg, data, classes=classes, ignore_index=ignore_index))
    else:
        use_data_root_variable(cfg)
        loaders = 'train_dataloader', 'val_dataloader'
        require_datasets(cfg, loaders=loaders)
        if is_first_process():
            messages += [f.advice() for f in check_config_data(cfg, loaders=loaders)]
    began_from = cfg.get('load_from')
    _set_checkpoint(cfg, resume)
    if cfg.get('load_from'):
        drop_pretrained(cfg)
        how = 'resuming from' if cfg.resume else 'starting from the weights of'
        messages.append(f'{how} {cfg.load_from}')
        if cfg.resume and began_from not in (None, cfg.load_from):
            messages.append(f'load_from={began_from}, where the run began, is not loaded again')
    elif not pretrained:
        messages += start_from_random(cfg)
    else:
        fetch_pretrained(cfg)
    if amp:
        if get_device() == 'cpu':
            raise UserError(
                '--amp needs a GPU, and none is found: leave it out to train on the CPU'
            )
        cfg.optim_wrapper.type = 'AmpOptimWrapper'
        cfg.optim_wrapper.loss_scale = 'dynamic'
    if auto_scale_lr and cfg.get('auto_scale_lr', {}).get('base_batch_size'):
        cfg.auto_scale_lr.enable = True
    cfg.custom_hooks = [
        *cfg.get('custom_hooks', []),
        dict(type='res2net_mm.CheckedLoading', whole=cfg.resume),
        dict(type='res2net_mm.StartupReport'),
    ]
    runner = Runner.from_cfg(cfg)
    for message in messages:
        runner.logger.info(message)
    runner.train()
    return runner


def _set_checkpoint(cfg: Config, resume: str | bool) -> None:
    """Set in the config what checkpoint of the whole model the run resumes or starts from.

    A run that is to be resumed but has saved nothing yet starts as the config says.
    """
    found = find_latest_checkpoint(cfg.work_dir) if resume is True else resume
    if found:
        cfg.load_from, cfg.resume = found, True
    else:
        cfg.resume = cfg.get('resume', False)
    if cfg.get('load_from') and '://' not in cfg.load_from and not Path(cfg.load_from).is_file():
        what = 'resume' if cfg.resume else 'start'
        raise UserError(f'checkpoint {cfg.load_from} to {what} from does not exist')
