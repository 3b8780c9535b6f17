"""The machine: its name, its libraries, and the most multiply-adds a second that it reaches."""

import platform
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import torch
import torch.nn.functional as F

from res2net_mm.errors import UserError, argument

from .measure import Run

LIBRARIES = (
    'torchvision',
    'mmcv',
    'mmcv-lite',
    'onedl-mmcv',
    'mmdet',
    'onedl-mmdetection',
    'timm',
    'openvino',
)


def use_threads(count: int | None) -> None:
    """Compute with this number of threads from now on; None leaves PyTorch's choice.

    Raises:
        UserError: The number is below 1.
    """
    if count is None:
        return
    if count < 1:
        raise UserError(f'{argument("threads", count)} must be 1 or more')
    torch.set_num_threads(count)


def describe_machine(device: str) -> dict[str, str | int]:
    """Return the processor, the number of threads and the versions of the libraries that count."""
    found: dict[str, str | int] = dict(
        device=torch.cuda.get_device_name() if device == 'cuda' else _processor(),
        threads=torch.get_num_threads(),
        vectors=torch.backends.cpu.get_cpu_capability(),
        python=platform.python_version(),
        torch=str(torch.__version__),  # with the build, which the wheel's version may lack
    )
    for library in LIBRARIES:
        with suppress(PackageNotFoundError):
            found[library] = version(library)
    return found


def peak_runs(device: str, dtype: torch.dtype) -> dict[str, tuple[Run, int]]:
    """Return operators that run near the machine's peak, each with its multiply-adds.

    Libraries differ by processor: on some a product of matrices is faster (MKL on Intel's), on
    others a convolution (oneDNN on AMD's), so that the better of the two stands for the peak.
    """
    a, b = (torch.randn(2048, 2048, device=device, dtype=dtype) for _ in range(2))
    found: dict[str, tuple[Run, int]] = {'matrix product': (lambda: a @ b, 2048**3)}
    image, weight = (
        torch.randn(*shape, device=device, dtype=dtype).to(memory_format=torch.channels_last)
        for shape in ((1, 512, 64, 64), (512, 512, 3, 3))
    )

    def convolve() -> torch.Tensor:
        return F.conv2d(image, weight, padding=1)

    with suppress(RuntimeError):  # no kernel for float16 on some processors
        convolve()
        found['convolution'] = convolve, 64 * 64 * 512 * 512 * 9
    return found


def _processor() -> str:
    """Return the name of the processor as the system gives it."""
    file = Path('/proc/cpuinfo')
    if file.is_file():
        for line in file.read_text().splitlines():
            if line.startswith('model name'):
                return line.split(':', 1)[1].strip()
    return platform.processor() or platform.machine()
