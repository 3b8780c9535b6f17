"""Train the model of a config."""

import errno
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.device import get_device
from mmengine.runner import Runner

from res2net_mm.errors import UserError, argument
from res2net_mm.openmmlab.config import ConfigErrors
from res2net_mm.openmmlab.edit import DETECTOR, model_kind, type_name
from res2net_mm.openmmlab.pretrained import drop_pretrained, fetch_pretrained, start_from_random
from res2net_mm.whole_file import remove_partial_files

from .hooks.run_record import RunRecordHook
from .hooks.termination import TerminationHook
from .prepare import build_runner, prepare_config, prepare_data
from .processes.allocator import keep_freed_memory
from .processes.process_group import is_first_process, process_group
from .processes.sharding import ShardedRunner, check_sharding
from .resume import latest_whole_checkpoint, set_checkpoint
from .runs.atomic_checkpoints import make_mmengine_write_whole_files, use_whole_checkpoints
from .runs.data_loading import unreadable_image_is_one_error
from .runs.resumable_loops import use_resumable_loop
from .screen import QuietRunner

_DISK_FULL = errno.ENOSPC, errno.EDQUOT, errno.EFBIG


def train(
    config: str | Path | Config,
    *,
    data: str | Path | None = None,
    classes: Sequence[str] | None = None,
    ignore_index: int | None = None,
    layout: str | None = None,
    pretrained: bool = True,
    work_dir: str | Path | None = None,
    balance_sizes: bool = False,
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
        data: A folder to train on in place of the config's data, in any layout that
            ``docs/data.md`` lists: of boxes or, for a segmenter, of label maps.
        classes: Names of the classes in the masks of ``data``, where the folder does not hold them.
        ignore_index: The label in the masks of ``data`` that is neither trained on nor counted.
        layout: The name of the layout to read ``data`` in; by default the best that fits.
        pretrained: Whether to start from the published weights that the config names. Without
            them, what the config freezes is unfrozen, since it would stay random.
        work_dir: Where the run writes; default ``work_dirs/<config's name>``.
        balance_sizes: Whether to draw the images of a detector so that the size bins of their boxes
            weigh alike: see :class:`~res2net_mm.data.detection.size_balance.SizeBalancedSampler`.
        amp: Whether to train in mixed precision.
        fsdp: Whether to split parameters, gradients and optimizer state over the processes, which
            takes less memory on each and more communication.
        auto_scale_lr: Whether to scale the learning rate from the batch size that it was tuned for
            to the one in use, where the config says which it was.
        resume: A checkpoint to resume from, or True for the last whole one of the work directory.
        cfg_options: Settings to override.
        launcher: none, pytorch, slurm or mpi.
        deterministic: Whether to use deterministic algorithms only, and seed 0 where the config
            has no seed, so that every run gives the same weights.
        rerun_of: The work directory of the run that this one repeats; what differs is logged.

    Returns:
        The runner, after training.

    Raises:
        UserError: Something the user can mend: nothing has been trained, or the loss is NaN or
            infinite, or the disk is full.
        SystemExit: SIGTERM was received; ``stopped.pth`` is saved, and the status is 143.
    """
    make_mmengine_write_whole_files()
    cfg = prepare_config(
        config,
        needs=('model', 'train_dataloader', 'optim_wrapper', 'train_cfg'),
        work_dir=work_dir,
        cfg_options=cfg_options,
        launcher=launcher,
    )
    if balance_sizes:
        _balance_sizes(cfg)
    if fsdp:
        check_sharding(cfg, amp=amp)
    if is_first_process():
        remove_partial_files(cfg.work_dir)
    loaders = ('train_dataloader', 'val_dataloader')
    messages = prepare_data(
        cfg,
        loaders=loaders,
        data=data,
        classes=classes,
        ignore_index=ignore_index,
        layout=layout,
    )
    from_random: list[str] = []
    if not pretrained and not cfg.get('load_from'):  # in a resumed run, too: it stays unfrozen
        from_random = start_from_random(cfg)
    if amp:
        _use_mixed_precision(cfg)
    if auto_scale_lr and cfg.get('auto_scale_lr', {}).get('base_batch_size'):
        cfg.auto_scale_lr.enable = True
    if deterministic:
        _make_deterministic(cfg)
    to_repeat = cfg.pretty_text  # before resuming changes it
    messages += set_checkpoint(cfg, resume)
    if cfg.get('load_from'):
        drop_pretrained(cfg)
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
        full_disk_is_one_error(cfg.work_dir),
        process_group(cfg),
        unreadable_image_is_one_error(),
        TerminationHook() as termination,
    ):
        runner = build_runner(
            cfg,
            hooks=(config_errors, RunRecordHook(config=to_repeat), termination),
            messages=messages,
            runner_class=ShardedRunner if fsdp else QuietRunner,
        )
        if get_device() == 'cpu':
            keep_freed_memory()
        runner.train()
    return runner


def _balance_sizes(cfg: Config) -> None:
    given, kind = argument('balance_sizes', True), model_kind(cfg)
    if kind != DETECTOR:
        raise UserError(f'{given} is for the boxes of detectors: this is a {kind}')
    loader = cfg.train_dataloader
    sampler = type_name(loader.get('sampler') or {}) or 'none'
    if sampler not in ('DefaultSampler', 'InfiniteSampler', 'SizeBalancedSampler'):
        raise UserError(
            f'{given} takes the place of DefaultSampler or InfiniteSampler, and the sampler of '
            f'train_dataloader is {sampler}'
        )
    if sampler != 'SizeBalancedSampler':  # which may have bins of its own
        loader.sampler = dict(type='res2net_mm.SizeBalancedSampler')


def _use_mixed_precision(cfg: Config) -> None:
    if get_device() == 'cpu':
        raise UserError(
            f'{argument("amp", True)} needs a GPU, and none is found: leave it out to train on '
            'the CPU'
        )
    cfg.optim_wrapper.type = 'AmpOptimWrapper'
    cfg.optim_wrapper.loss_scale = 'dynamic'


def _make_deterministic(cfg: Config) -> None:
    randomness = cfg.get('randomness') or {}
    seed = randomness.get('seed')
    cfg.randomness = {**randomness, 'deterministic': True, 'seed': 0 if seed is None else seed}
    if cfg.get('env_cfg', {}).get('cudnn_benchmark'):
        cfg.env_cfg.cudnn_benchmark = False
    # CUDA multiplies matrices the same way each time only with a workspace of fixed size.
    os.environ.setdefault('CUBLAS_WORKSPACE_CONFIG', ':4096:8')


@contextmanager
def full_disk_is_one_error(work_dir: str) -> Iterator[None]:
    """Raise one UserError in place of the OSError of a full disk while the block runs.

    A log that cannot be written is not reported by itself, since Python would print a traceback
    for each line of it: the checkpoint that cannot be written is what ends the run.
    """
    before, logging.raiseExceptions = logging.raiseExceptions, False
    try:
        yield
    except OSError as error:
        if error.errno not in _DISK_FULL:
            raise
        what = error.filename or f'files in {work_dir}'
        found = latest_whole_checkpoint(work_dir)
        left = f'The last whole checkpoint is {found.path}' if found else 'No checkpoint is there'
        raise UserError(
            f'{what} cannot be written: {error.strerror}. {left}; make room and go on with '
            f'{argument("resume", True)}'
        ) from error
    finally:
        logging.raiseExceptions = before
