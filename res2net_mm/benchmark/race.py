"""Time several things fairly: in turn, in one process, warmed up."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

import torch


@dataclass(frozen=True)
class Times:
    """Seconds of each run of one contestant, and the processor's seconds beside them."""

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
    """Return the median over the rounds of one contestant's time over the other's.

    Both ran in every round one soon after the other, so that what slows a machine for a while slows
    both, and their ratio is steadier than either.
    """
    return median(a / b for a, b in zip(times, baseline, strict=True))


def race(
    runs: dict[str, Callable[[], object]],
    *,
    rounds: int,
    warmup: int,
    device: str = 'cpu',
    said: Callable[[str], None] = lambda _: None,
) -> dict[str, Times]:
    """Call every run once a round, each round from another one on, and time them.

    Args:
        runs: What to time, by name.
        rounds: Timed rounds.
        warmup: Rounds before them that are not timed.
        device: ``cpu`` or ``cuda``; with the latter a run ends when the device has finished.
        said: Called with a line of progress at each round.
    """
    wait = torch.cuda.synchronize if device == 'cuda' else lambda: None
    wall: dict[str, list[float]] = {name: [] for name in runs}
    cpu: dict[str, list[float]] = {name: [] for name in runs}
    names = list(runs)
    for i in range(-warmup, rounds):
        said(f'round {i + 1} of {rounds}' if i >= 0 else f'warm-up {i + warmup + 1} of {warmup}')
        first = i % len(names)
        for name in names[first:] + names[:first]:  # each follows each other one in turn
            wait()
            started, worked = time.perf_counter(), time.process_time()
            runs[name]()
            wait()
            if i >= 0:
                wall[name].append(time.perf_counter() - started)
                cpu[name].append(time.process_time() - worked)
    return {name: Times(tuple(wall[name]), tuple(cpu[name])) for name in runs}
