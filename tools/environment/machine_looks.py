"""Looks at the machine: GPU, disk, shared memory, and the weights kept on it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from .checkup import Result
from .torch_build import has_nvidia_gpu

GIB = 1 << 30
# A checkpoint of a detector with its optimiser is up to 0.7 GB, and a run keeps several.
NEEDED_DISK = 5 * GIB
# Workers hand batches over in it; the 64 MiB that Docker gives are too little for two of 800 px.
NEEDED_SHARED = GIB // 4
SHARED = Path('/dev/shm')


def look_at_gpu() -> Iterator[Result]:
    """Whether there is a GPU, and torch computes on it what it should."""
    import torch

    built_for = torch.version.cuda
    if not torch.cuda.is_available():
        if not has_nvidia_gpu():
            yield Result('GPU', 'none found: training runs on the CPU, which is for trials only')
        elif built_for:
            fix = 'update the NVIDIA driver, or install a torch built for an older CUDA'
            yield Result('GPU', f'there, but torch (CUDA {built_for}) cannot use it', fix)
        else:
            fix = 'run `make setup` where nvcc is installed, or install a torch built for CUDA'
            yield Result('GPU', 'there, but torch is the CPU build', fix)
        return
    for i in range(torch.cuda.device_count()):
        free, total = torch.cuda.mem_get_info(i)
        ones = torch.ones(64, 64, device=f'cuda:{i}')
        name = (
            f'{i}: {torch.cuda.get_device_name(i)}, {free / GIB:.1f} of {total / GIB:.1f} GiB free'
        )
        if float((ones @ ones).sum()) != 64**3:
            fix = 'check the driver and the hardware with `nvidia-smi -q`'
            yield Result('GPU', f'{name}: computes wrongly', fix)
        else:
            yield Result('GPU', f'{name}, torch built for CUDA {built_for}')


def look_at_disk() -> Iterator[Result]:
    """Whether runs have room here, and may write here."""
    here = Path.cwd()
    free = shutil.disk_usage(here).free
    if not os.access(here, os.W_OK):
        fix = 'go to another folder, or give --work-dir'
        yield Result('disk', f'{here}, where runs write work_dirs/, is read-only', fix)
    elif free < NEEDED_DISK:
        fix = f'free {NEEDED_DISK / GIB:.0f} GiB, or give --work-dir on another disk'
        yield Result('disk', f'{free / GIB:.1f} GiB free in {here}: too little for a run', fix)
    else:
        yield Result('disk', f'{free / GIB:.1f} GiB free in {here}')


def look_at_shared_memory() -> Iterator[Result]:
    """Whether the workers that load data have room to hand batches over."""
    if not SHARED.is_dir():
        yield Result('shared memory', f'no {SHARED} on this system')
        return
    usage = shutil.disk_usage(SHARED)
    found = f'{usage.free / GIB:.2f} of {usage.total / GIB:.2f} GiB free in {SHARED}'
    small = usage.free < NEEDED_SHARED
    fix = 'start the container with `--shm-size 8g` (or `--ipc host`), or train with num_workers=0'
    yield Result('shared memory', found, fix if small else '')


def look_at_weights() -> Iterator[Result]:
    """Whether downloaded weights can be kept, and those that were are whole."""
    from res2net_mm.checkpoints.download import cache_folder, hash_fault

    folder = cache_folder()
    above = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(above, os.W_OK):
        yield Result('weights', f'{above} is read-only', 'set TORCH_HOME to a folder of your own')
        return
    files = sorted(path for path in folder.glob('*.*') if path.is_file())
    damaged = [f'{path.name} ({fault})' for path in files if (fault := hash_fault(path))]
    if damaged:
        fix = f'delete them from {folder}: they are fetched anew when they are named next'
        yield Result('weights', f'damaged: {", ".join(damaged)}', fix)
        return
    size = sum(path.stat().st_size for path in files)
    yield Result('weights', f'{len(files)} files, {size / GIB:.2f} GiB in {folder}')
