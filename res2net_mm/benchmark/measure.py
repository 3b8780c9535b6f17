"""Measure time and memory of runs, fairly, and the peak of the machine they run on."""

import platform
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median, quantiles

import torch
import torch.nn.functional as F
from torch.profiler import ProfilerActivity, profile

from res2net_mm.errors import UserError, argument

LIBRARIES = (
    'torchvision', 'mmcv', 'mmcv-lite', 'onedl-mmcv', 'mmdet', 'onedl-mmdetection', 'timm',
    'openvino',
)  # fmt: skip
Run = Callable[[], object]


@dataclass(frozen=True)
class Times:
    """Seconds of each round of one run: wall time, and processor time of all threads."""

    wall: tuple[float, ...]
    cpu: tuple[float, ...]

    @property
    def median(self) -> float:
        """Median of the wall time in seconds."""
        return median(self.wall)

    @property
    def quartiles(self) -> tuple[float, float]:
        """First and third quartile of the wall time in seconds."""
        if len(self.wall) == 1:
            return self.wall[0], self.wall[0]
        low, _, high = quantiles(self.wall, n=4, method='inclusive')
        return low, high


def ratio(times: Sequence[float], baseline: Sequence[float]) -> float:
    """Return the median over the rounds of one run's time over the baseline's.

    What slows a machine for a while slows both runs of a round, so that their ratio is steadier
    than either.
    """
    return median(a / b for a, b in zip(times, baseline, strict=True))


def race(
    runs: Mapping[str, Run],
    *,
    rounds: int,
    warmup: int,
    device: str = 'cpu',
    said: Callable[[str], None] = lambda _: None,
) -> dict[str, Times]:
    """Time every run once a round; each round starts with another one.

    The first ``warmup`` rounds are not timed. On ``cuda`` a run ends when the device has finished.
    ``said`` is called with a line of progress at each round.
    """
    wait = torch.cuda.synchronize if device == 'cuda' else lambda: None
    names = list(runs)
    wall: dict[str, list[float]] = {name: [] for name in names}
    cpu: dict[str, list[float]] = {name: [] for name in names}
    for i in range(-warmup, rounds):
        said(f'round {i + 1} of {rounds}' if i >= 0 else f'warm-up {i + warmup + 1} of {warmup}')
        first = i % len(names)
        for name in names[first:] + names[:first]:
            wait()
            started, worked = time.perf_counter(), time.process_time()
            runs[name]()
            wait()
            if i >= 0:
                wall[name].append(time.perf_counter() - started)
                cpu[name].append(time.process_time() - worked)
    return {name: Times(tuple(wall[name]), tuple(cpu[name])) for name in runs}


def peak_memory(run: Run, *, device: str = 'cpu') -> int:
    """Return by how many bytes PyTorch's tensors grow at most during a run.

    What exists before (weights, gradients, the input) does not count. A GPU's peak is PyTorch's own
    statistic. On a CPU, for which PyTorch keeps none, the profiler records every allocation and
    release; the sum does not depend on what else the machine does.
    """
    if device == 'cuda':
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        run()
        torch.cuda.synchronize()
        return torch.cuda.max_memory_allocated() - before
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler:
        run()
    now = most = 0
    for event in sorted(profiler.profiler.kineto_results.events(), key=lambda e: e.start_ns()):
        if event.name() == '[memory]' and event.device_type() == torch.autograd.DeviceType.CPU:
            now += event.nbytes()
            most = max(most, now)
    return most


def use_threads(count: int | None) -> None:
    """Compute with this number of threads, 1 or more, from now on; None leaves PyTorch's choice."""
    if count is not None:
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
    with suppress(OSError):
        for line in Path('/proc/cpuinfo').read_text().splitlines():
            if line.startswith('model name'):
                return line.split(':', 1)[1].strip()
    return platform.processor() or platform.machine()
