"""How the processes of a run meet, also on a machine without a GPU."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import torch.distributed
from mmengine.config import Config
from mmengine.device import get_device

from res2net_mm.errors import UserError
from res2net_mm.openmmlab.edit import type_name

# What each launcher tells a process: its rank, how many there are, its rank on its machine.
PLACES = dict(
    pytorch=('RANK', 'WORLD_SIZE', 'LOCAL_RANK'),
    slurm=('SLURM_PROCID', 'SLURM_NTASKS', 'SLURM_LOCALID'),
    mpi=('OMPI_COMM_WORLD_RANK', 'OMPI_COMM_WORLD_SIZE', 'OMPI_COMM_WORLD_LOCAL_RANK'),
)
STARTERS = dict(pytorch='torchrun or tools/dist_train.sh', slurm='srun', mpi='mpirun')
# Of more than one process that this program's own launcher has started.
STARTED_TOGETHER = dict(WORLD_SIZE='pytorch', SLURM_STEP_NUM_TASKS='slurm')
PORT = '29500'  # torch.distributed's own


def is_first_process() -> bool:
    """Whether this is the only process of a run or its first, before the processes have met."""
    ranks = (os.environ.get(rank) for rank, *_ in PLACES.values())
    return next((rank for rank in ranks if rank), '0') == '0'


def check_launcher(launcher: str) -> None:
    """Check that a launcher has started this process, or none if it is ``none``.

    Raises:
        UserError: It has not, or another one has.
    """
    if launcher == 'none':
        for variable, started_by in STARTED_TOGETHER.items():
            if int(os.environ.get(variable) or 1) > 1 and not torch.distributed.is_initialized():
                raise UserError(
                    f'this is one of {os.environ[variable]} processes, and each would do the whole '
                    f'run: give --launcher {started_by}, or start one'
                )
        return
    missing = [name for name in PLACES[launcher] if not os.environ.get(name)]
    if missing:
        raise UserError(
            f'--launcher {launcher} is for processes that {STARTERS[launcher]} starts: '
            f'{", ".join(missing)} not set'
        )


@contextmanager
def process_group(cfg: Config) -> Iterator[None]:
    """Have the processes of a run meet, where MMEngine would not.

    MMEngine's runner lets them meet on GPUs, by NCCL. Where none is found it fails for want of
    one; there they meet here, by gloo, and the model is wrapped for CPUs.

    Args:
        cfg: The config; its ``launcher`` says who has started the processes.

    Raises:
        UserError: The config's model wrapper needs GPUs, or nothing tells where to meet.
    """
    if cfg.launcher == 'none' or get_device() != 'cpu':
        yield
        return
    _wrap_for_cpus(cfg)
    if torch.distributed.is_initialized():
        yield
        return
    _meet(cfg)
    try:
        yield
    finally:
        torch.distributed.destroy_process_group()


def _wrap_for_cpus(cfg: Config) -> None:
    written = cfg.get('model_wrapper_cfg') or {}
    if type_name(written) not in ('', 'MMDistributedDataParallel', 'CPUDataParallel'):
        raise UserError(
            f'model_wrapper_cfg.type={written["type"]} is for GPUs, and none is found: leave it '
            'out (to split a model over processes on CPUs, too, give --fsdp)'
        )
    cfg.model_wrapper_cfg = {
        'broadcast_buffers': False,  # as MMEngine does by itself
        'find_unused_parameters': cfg.get('find_unused_parameters', False),
        **written,
        'type': 'res2net_mm.CPUDataParallel',
    }


def _meet(cfg: Config) -> None:
    names = dict(zip(PLACES['pytorch'], PLACES[cfg.launcher], strict=True))
    os.environ.update({name: os.environ[theirs] for name, theirs in names.items()})
    os.environ.setdefault('MASTER_PORT', PORT)
    if not os.environ.get('MASTER_ADDR'):
        os.environ['MASTER_ADDR'] = _first_machine(cfg.launcher)
    settings = (cfg.get('env_cfg') or {}).get('dist_cfg') or {}
    timeout = settings.get('timeout')  # seconds
    torch.distributed.init_process_group(
        'gloo', timeout=None if timeout is None else timedelta(seconds=timeout)
    )


def _first_machine(launcher: str) -> str:
    if launcher == 'slurm':
        nodes = os.environ.get('SLURM_NODELIST', '')
        found = subprocess.run(
            ['scontrol', 'show', 'hostname', nodes], capture_output=True, text=True, check=False
        )
        if found.returncode == 0 and found.stdout:
            return found.stdout.split()[0]
    raise UserError('MASTER_ADDR is not set: give it the host name or address of the first machine')
