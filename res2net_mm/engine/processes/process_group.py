"""Join the processes of a run into one group, with or without GPUs."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import torch.distributed
from mmengine.config import Config
from mmengine.device import get_device

from res2net_mm.errors import UserError, argument
from res2net_mm.openmmlab.edit import type_name

# Launcher -> variables it sets: rank, number of processes, rank on the machine.
PLACES = dict(
    pytorch=('RANK', 'WORLD_SIZE', 'LOCAL_RANK'),
    slurm=('SLURM_PROCID', 'SLURM_NTASKS', 'SLURM_LOCALID'),
    mpi=('OMPI_COMM_WORLD_RANK', 'OMPI_COMM_WORLD_SIZE', 'OMPI_COMM_WORLD_LOCAL_RANK'),
)
STARTERS = dict(pytorch='torchrun', slurm='srun', mpi='mpirun')
# Variable set to more than 1 in a process that one of the launchers started.
STARTED_TOGETHER = dict(WORLD_SIZE='pytorch', SLURM_STEP_NUM_TASKS='slurm')
PORT = '29500'  # torch.distributed's own


def is_first_process() -> bool:
    """Return whether this is the first process of a run; it works before the group is formed."""
    ranks = (os.environ.get(rank) for rank, *_ in PLACES.values())
    return next((rank for rank in ranks if rank), '0') == '0'


def check_launcher(launcher: str) -> None:
    """Raise UserError unless the launcher named, and no other, started this process."""
    if launcher == 'none':
        for variable, started_by in STARTED_TOGETHER.items():
            if int(os.environ.get(variable) or 1) > 1 and not torch.distributed.is_initialized():
                raise UserError(
                    f'this is one of {os.environ[variable]} processes, and each would do the whole '
                    f'run: give {argument("launcher", started_by)}, or start one process'
                )
        return
    missing = [name for name in PLACES[launcher] if not os.environ.get(name)]
    if missing:
        raise UserError(
            f'{argument("launcher", launcher)} is for processes that {STARTERS[launcher]} starts: '
            f'{", ".join(missing)} not set'
        )


@contextmanager
def process_group(cfg: Config) -> Iterator[None]:
    """Join the processes of a run on CPUs into a group for as long as the block lasts.

    On GPUs MMEngine's runner forms the group, by NCCL, and this does nothing. Without GPUs it would
    fail; there the group is formed here, by gloo, and the model is wrapped for CPUs.

    Args:
        cfg: The config, changed in place; its ``launcher`` names what started the processes.

    Raises:
        UserError: The config's model wrapper needs GPUs, or the first machine is not known.
    """
    if cfg.launcher == 'none' or get_device() != 'cpu':
        yield
        return
    _wrap_for_cpus(cfg)
    if torch.distributed.is_initialized():
        yield
        return
    _form_group(cfg)
    try:
        yield
    finally:
        torch.distributed.destroy_process_group()


def _wrap_for_cpus(cfg: Config) -> None:
    written = cfg.get('model_wrapper_cfg') or {}
    if type_name(written) not in ('', 'MMDistributedDataParallel', 'CPUDataParallel'):
        raise UserError(
            f'model_wrapper_cfg.type={written["type"]} is for GPUs, and none is found: leave it '
            f'out (to split a model over processes on CPUs, give {argument("fsdp", True)})'
        )
    cfg.model_wrapper_cfg = {
        'broadcast_buffers': False,  # as MMEngine does by itself
        'find_unused_parameters': cfg.get('find_unused_parameters', False),
        **written,
        'type': 'res2net_mm.CPUDataParallel',
    }


def _form_group(cfg: Config) -> None:
    names = dict(zip(PLACES['pytorch'], PLACES[cfg.launcher], strict=True))
    os.environ.update({name: os.environ[theirs] for name, theirs in names.items()})
    os.environ.setdefault('MASTER_PORT', PORT)
    if not os.environ.get('MASTER_ADDR'):
        os.environ['MASTER_ADDR'] = _first_machine(cfg.launcher)
    seconds = ((cfg.get('env_cfg') or {}).get('dist_cfg') or {}).get('timeout')
    timeout = None if seconds is None else timedelta(seconds=seconds)
    torch.distributed.init_process_group('gloo', timeout=timeout)


def _first_machine(launcher: str) -> str:
    if launcher == 'slurm':
        nodes = os.environ.get('SLURM_NODELIST', '')
        found = subprocess.run(
            ['scontrol', 'show', 'hostname', nodes], capture_output=True, text=True, check=False
        )
        if found.returncode == 0 and found.stdout:
            return found.stdout.split()[0]
    raise UserError('MASTER_ADDR is not set: give it the host name or address of the first machine')
