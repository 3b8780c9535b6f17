"""What the machine is and how fast it can be, as measured in the same run."""

import platform
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import torch

LIBRARIES = (
    'torchvision',
    'mmcv',
    'mmcv-lite',
    'onedl-mmcv',
    'mmdet',
    'onedl-mmdetection',
    'timm',
)
SIDE = 2048  # of the square matrices whose product is taken for the machine's best


def describe_machine(device: str) -> dict[str, str | int]:
    """Return the processor, the threads used and the versions of the libraries that matter."""
    found: dict[str, str | int] = dict(
        device=torch.cuda.get_device_name() if device == 'cuda' else _processor(),
        threads=torch.get_num_threads(),
        vectors=torch.backends.cpu.get_cpu_capability(),
        python=platform.python_version(),
        torch=str(torch.__version__),  # with the build, which the wheel's may lack
    )
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found


def peak_flops(device: str, dtype: torch.dtype) -> tuple[Callable[[], object], int]:
    """Return a run of a large matrix product and the multiply-adds it does.

    It stands for the machine's peak: what a library gets out of it where nothing is in the way.
    """
    a, b = (torch.randn(SIDE, SIDE, device=device, dtype=dtype) for _ in range(2))
    return lambda: a @ b, SIDE**3


def _processor() -> str:
    """Return the name of the processor as the system gives it."""
    file = Path('/proc/cpuinfo')
    if file.is_file():
        for line in file.read_text().splitlines():
            if line.startswith('model name'):
                return line.split(':', 1)[1].strip()
    return platform.processor() or platform.machine()
