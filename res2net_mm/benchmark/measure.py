"""Time several runs fairly, in turn in one process, and measure the peak memory of one."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

import torch
from torch.profiler import ProfilerActivity, profile

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

    Args:
        runs: The functions to time, by name.
        rounds: Number of timed rounds.
        warmup: Number of rounds before them that are not timed.
        device: ``cpu`` or ``cuda``, where a run ends when the device has finished.
        said: Called with a line of progress at each round.
    """
    wait = torch.cuda.synchronize if device == 'cuda' else lambda: None
    wall: dict[str, list[float]] = {name: [] for name in runs}
    cpu: dict[str, list[float]] = {name: [] for name in runs}
    names = list(runs)
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
    events = [
        event
        for event in profiler.profiler.kineto_results.events()
        if event.name() == '[memory]' and event.device_type() == torch.autograd.DeviceType.CPU
    ]
    now = most = 0
    for event in sorted(events, key=lambda event: event.start_ns()):
        now += event.nbytes()
        most = max(most, now)
    return most
