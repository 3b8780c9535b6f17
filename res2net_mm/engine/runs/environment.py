"""Record what a run's result depends on besides its config and its data."""

import hashlib
import os
import platform
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import torch

# Variables that change numbers or where things are looked for. None of them holds a secret.
_VARIABLES = (
    'CUBLAS_WORKSPACE_CONFIG', 'CUDA_VISIBLE_DEVICES', 'LOCAL_WORLD_SIZE', 'MASTER_ADDR',
    'MKL_NUM_THREADS', 'MMDET_DATASETS', 'MMENGINE_HOME', 'NVIDIA_TF32_OVERRIDE',
    'OMP_NUM_THREADS', 'PYTHONHASHSEED', 'PYTHONPATH', 'SLURM_JOB_ID', 'SLURM_NTASKS',
    'TORCH_HOME', 'WORLD_SIZE',
)  # fmt: skip


def versions() -> dict[str, str]:
    """Return the versions of Python, the system, the devices and every installed distribution."""
    metadata = [part.metadata for part in distributions()]  # parsed at each access
    installed = {
        entry['Name'].lower(): entry['Version'] for entry in metadata if entry and entry['Name']
    }
    installed['torch'] = str(torch.__version__)  # with the build, which the wheel's may lack
    system = dict(python=platform.python_version(), system=platform.platform())
    system['cpu'] = f'{platform.machine()}, {torch.backends.cpu.get_cpu_capability()}'
    system['threads'] = str(torch.get_num_threads())
    if torch.cuda.is_available():
        system['cuda'] = str(torch.version.cuda)
        system['cudnn'] = str(torch.backends.cudnn.version())
        names = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
        system['gpus'] = ', '.join(names)
    return system | dict(sorted(installed.items()))


def variables() -> dict[str, str]:
    """Return the environment variables that matter and are set."""
    return {name: os.environ[name] for name in _VARIABLES if name in os.environ}


def revisions() -> dict[str, dict[str, Any] | None]:
    """Return the git revision of this package and of the current folder."""
    return dict(package=_revision(Path(__file__).parent), folder=_revision(Path.cwd()))


def command() -> dict[str, Any]:
    """Return the command line, the Python executable and the current folder."""
    return dict(argv=sys.argv, executable=sys.executable, folder=str(Path.cwd()))


def _revision(folder: Path) -> dict[str, Any] | None:
    """Return the commit and a hash of uncommitted changes; None outside a git checkout."""
    commit = _git(folder, 'rev-parse', 'HEAD')
    if commit is None:
        return None
    changes = _git(folder, 'diff', 'HEAD')
    return dict(
        root=(_git(folder, 'rev-parse', '--show-toplevel') or b'').decode().strip(),
        commit=commit.decode().strip(),
        changes=hashlib.sha256(changes).hexdigest()[:16] if changes else None,
    )


def _git(folder: Path, *arguments: str) -> bytes | None:
    try:
        done = subprocess.run(
            ['git', '-C', str(folder), *arguments], capture_output=True, check=False, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):  # no git, or a drive that is too slow
        return None
    return done.stdout if done.returncode == 0 else None
