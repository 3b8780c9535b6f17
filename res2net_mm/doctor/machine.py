"""Check the machine: GPU, disk, shared memory, and the weights kept on it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from .finding import Finding

GIB = 1 << 30
# A checkpoint of a detector with its optimiser is up to 0.7 GB, and a run keeps several.
NEEDED_DISK = 5 * GIB
# Data workers pass batches through it; Docker's 64 MiB do not hold two of 800 px.
NEEDED_SHARED = GIB // 4
SHARED = Path('/dev/shm')


def has_nvidia_gpu(devices: Path = Path('/dev')) -> bool:
    """Return whether this machine has an NVIDIA GPU.

    The driver's files under /proc are visible in containers without a GPU, too, so its device
    files decide; ``nvidia-smi`` finds the GPU where there are none of those (WSL).
    """
    if any(devices.glob('nvidia[0-9]*')):
        return True
    nvidia_smi = shutil.which('nvidia-smi')
    if not nvidia_smi:
        return False
    try:
        listing = subprocess.run([nvidia_smi, '-L'], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return listing.returncode == 0 and listing.stdout.startswith('GPU ')


def check_gpu() -> Iterator[Finding]:
    """Check that torch can use the GPU, if there is one, and computes correctly on it."""
    import torch

    built_for = torch.version.cuda
    if not torch.cuda.is_available():
        if not has_nvidia_gpu():
            yield Finding('GPU', 'none found: training runs on the CPU')
        elif built_for:
            fix = 'update the NVIDIA driver, or install a torch built for an older CUDA'
            yield Finding('GPU', f'found, but torch (CUDA {built_for}) cannot use it', fix)
        else:
            fix = 'install a torch built for CUDA, or run `make setup` where nvcc is installed'
            yield Finding('GPU', 'found, but torch is the CPU build', fix)
    for i in range(torch.cuda.device_count()):
        free, total = torch.cuda.mem_get_info(i)
        ones = torch.ones(64, 64, device=f'cuda:{i}')
        name = f'{i}: {torch.cuda.get_device_name(i)}'
        name += f', {free / GIB:.1f} of {total / GIB:.1f} GiB free'
        if float((ones @ ones).sum()) != 64**3:
            fix = 'check the driver and the hardware with `nvidia-smi -q`'
            yield Finding('GPU', f'{name}: a matrix product comes out wrong', fix)
        else:
            yield Finding('GPU', f'{name}, torch built for CUDA {built_for}')


def check_disk() -> Iterator[Finding]:
    """Check that runs may write here and have room."""
    here = Path.cwd()
    free = shutil.disk_usage(here).free
    if not os.access(here, os.W_OK):
        fix = 'change to another folder, or give --work-dir'
        yield Finding('disk', f'{here}, where runs write work_dirs/, is read-only', fix)
    elif free < NEEDED_DISK:
        fix = f'free {NEEDED_DISK / GIB:.0f} GiB, or give --work-dir on another disk'
        yield Finding('disk', f'{free / GIB:.1f} GiB free in {here}: too little for a run', fix)
    else:
        yield Finding('disk', f'{free / GIB:.1f} GiB free in {here}')


def check_shared_memory() -> Iterator[Finding]:
    """Check that data workers have room to pass batches to the main process."""
    if not SHARED.is_dir():
        yield Finding('shared memory', f'no {SHARED} on this system')
        return
    usage = shutil.disk_usage(SHARED)
    found = f'{usage.free / GIB:.2f} of {usage.total / GIB:.2f} GiB free in {SHARED}'
    small = usage.free < NEEDED_SHARED
    fix = 'start the container with `--shm-size 8g` (or `--ipc host`), or train with num_workers=0'
    yield Finding('shared memory', found, fix if small else '')


def check_weights() -> Iterator[Finding]:
    """Check that weights can be downloaded to their folder, and that those in it are whole."""
    from res2net_mm.checkpoints.download import cache_folder, hash_fault

    folder = cache_folder()
    above = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(above, os.W_OK):
        fix = 'set TORCH_HOME to a folder that you may write to'
        yield Finding('weights', f'{above} is read-only', fix)
        return
    files = sorted(path for path in folder.glob('*.*') if path.is_file())
    damaged = [f'{path.name} ({fault})' for path in files if (fault := hash_fault(path))]
    if damaged:
        fix = f'delete them from {folder}: they are downloaded again when needed'
        yield Finding('weights', f'damaged: {", ".join(damaged)}', fix)
        return
    size = sum(path.stat().st_size for path in files)
    yield Finding('weights', f'{len(files)} files, {size / GIB:.2f} GiB in {folder}')
