"""The main job: train the model of a config."""

import errno
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.device import get_device
from mmengine.runner import Runner

from res2net_mm.checkpoints import open_checkpoint
from res2net_mm.data.checks.config_datasets import check_config_data
from res2net_mm.data.datasets import use_folder
from res2net_mm.errors import UserError
from res2net_mm.openmmlab.config import ConfigErrors, load_config, require_parts
from res2net_mm.openmmlab.data_root import require_datasets, use_data_root_variable
from res2net_mm.openmmlab.pretrained import drop_pretrained, fetch_pretrained, start_from_random
from res2net_mm.openmmlab.values import check_values
from res2net_mm.whole_file import remove_partial_files

from .hooks import RunRecordHook, TerminationHook
from .processes import (
    ShardedRunner,
    check_launcher,
    check_sharding,
    is_first_process,
    process_group,
)
from .runs import (
    checkpoint_to_resume,
    latest_whole_checkpoint,
    make_mmengine_writing_whole,
    named_checkpoint,
    use_resumable_loop,
    use_whole_checkpoints,
)


def train(
    config: str | Path | Config,
    *,
    data: str | Path | None = None,
    classes: Sequence[str] | None = None,
    ignore_index: int | None = None,
    pretrained: bool = True,
    work_dir: str | Path | None = None,
    amp: bool = False,
    fsdp: bool = False,
    auto_scale_lr: bool = True,
    resume: str | bool = False,
    cfg_options: Mapping[str, Any] | None = None,
    launcher: str = 'none',
    deterministic: bool = False,
    rerun_of: str | Path | None = None,
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
        fsdp: Whether to split parameters, gradients and optimizer state over the processes, which
            takes less memory on each and more communication.
        auto_scale_lr: Whether to scale the learning rate from the batch size it was tuned for to
            the one in use, where the config says which it was.
        resume: A checkpoint to resume from, or True for the last whole one of the work directory.
        cfg_options: Settings to override.
        launcher: none, pytorch, slurm or mpi.
        deterministic: Whether to use deterministic algorithms only, and seed 0 where the config
            has no seed, so that the same weights come out each time.
        rerun_of: The work directory of the run that this one repeats; what differs is logged.

    Returns:
        The runner, after training.

    Raises:
        UserError: Something the user can mend: nothing has been trained, or the loss is no number
            any more, or the disk is full.
        SystemExit: SIGTERM has come; ``stopped.pth`` is saved, and the status is 143.
    """
    make_mmengine_writing_whole()
    cfg = load_config(config, work_dir=work_dir, cfg_options=cfg_options, launcher=launcher)
    check_launcher(launcher)
    require_parts(cfg, 'model', 'train_dataloader', 'optim_wrapper', 'train_cfg')
    check_values(cfg)
    if fsdp:
        check_sharding(cfg, amp=amp)
    if is_first_process():
        remove_partial_files(cfg.work_dir)
    messages, from_random = [], []
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
    if not pretrained and not began_from:  # to resume, too: what was unfrozen then stays so
        from_random = start_from_random(cfg)
    if amp:
        if get_device() == 'cpu':
            raise UserError(
                '--amp needs a GPU, and none is found: leave it out to train on the CPU'
            )
        cfg.optim_wrapper.type = 'AmpOptimWrapper'
        cfg.optim_wrapper.loss_scale = 'dynamic'
    if auto_scale_lr and cfg.get('auto_scale_lr', {}).get('base_batch_size'):
        cfg.auto_scale_lr.enable = True
    if deterministic:
        _make_deterministic(cfg)
    to_repeat = cfg.pretty_text  # before resuming changes it
    messages += _set_checkpoint(cfg, resume)
    if cfg.get('load_from'):
        drop_pretrained(cfg)
        how = 'resuming from' if cfg.resume else 'starting from the weights of'
        messages.append(f'{how} {cfg.load_from}')
        if cfg.resume and began_from not in (None, cfg.load_from):
            messages.append(f'load_from={began_from}, where the run began, is not loaded again')
    elif pretrained:
        fetch_pretrained(cfg)
    else:
        messages += from_random
    use_whole_checkpoints(cfg)
    messages += filter(None, [use_resumable_loop(cfg)])
    cfg.custom_hooks = [
        *cfg.get('custom_hooks', []),
        dict(type='res2net_mm.CheckedLoading', whole=cfg.resume),
        dict(type='res2net_mm.FiniteHook'),
        dict(type='res2net_mm.StartupReport'),
    ]
    if rerun_of is not None:
        cfg.custom_hooks.append(dict(type='res2net_mm.RerunReportHook', work_dir=str(rerun_of)))
    with (
        ConfigErrors(cfg, 'cannot be trained') as config_errors,
        _full_disk_is_one_error(cfg.work_dir),
        process_group(cfg),
        TerminationHook() as termination,
    ):
        runner = (ShardedRunner if fsdp else Runner).from_cfg(cfg)
        runner.register_hook(config_errors)
        runner.register_hook(RunRecordHook(config=to_repeat))
        runner.register_hook(termination)
        for message in messages:
            runner.logger.info(message)
        runner.train()
    return runner


def _make_deterministic(cfg: Config) -> None:
    randomness = cfg.get('randomness') or {}
    seed = randomness.get('seed')
    cfg.randomness = {**randomness, 'deterministic': True, 'seed': 0 if seed is None else seed}
    if cfg.get('env_cfg', {}).get('cudnn_benchmark'):
        cfg.env_cfg.cudnn_benchmark = False
    # CUDA multiplies matrices the same way each time only with a workspace of fixed size.
    os.environ.setdefault('CUBLAS_WORKSPACE_CONFIG', ':4096:8')


def _set_checkpoint(cfg: Config, resume: str | bool) -> list[str]:
    """Set in the config what checkpoint of the whole model the run resumes or starts from.

    A run that is to be resumed but has saved nothing yet starts as the config says.

    Returns:
        What to tell the user, a line each.
    """
    if resume is False:
        resume = cfg.get('resume', False) and (cfg.get('load_from') or True)
    cfg.resume = False
    if resume is False or resume is None:
        if cfg.get('load_from'):
            open_checkpoint(cfg.load_from)  # to say now, and not once the data is read, what it is
        return []
    found = checkpoint_to_resume(cfg.work_dir) if resume is True else named_checkpoint(resume)
    if found is None:
        return [f'{cfg.work_dir} holds no checkpoint to resume from: the run starts anew']
    cfg.load_from, cfg.resume = str(found.path), True
    # Now, since the data loaders are built before MMEngine would take it from the checkpoint.
    cfg.randomness = {**(cfg.get('randomness') or {}), 'seed': found.meta.get('seed')}
    return list(found.skipped)


@contextmanager
def _full_disk_is_one_error(work_dir: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        what = f'{error.filename} cannot' if error.filename else f'files in {work_dir} cannot'
        found = latest_whole_checkpoint(work_dir)
        left = f'The last whole checkpoint is {found.path}' if found else 'No checkpoint is there'
        raise UserError(
            f'{what} be written: {error.strerror}. {left}; make room and go on with --resume'
        ) from error
