"""What a job takes, run in a process of its own: seconds, computing and memory."""

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Cost:
    """What a job took.

    Attributes:
        seconds: From its start to its end, without the imports.
        cpu: Seconds of computing in that time; tells more on a machine with other work.
        gib: Largest memory of the process, with the libraries it imports.
    """

    seconds: float
    cpu: float
    gib: float

    def __str__(self) -> str:
        return f'{self.seconds:7.1f} s {self.cpu:7.1f} s CPU {self.gib:6.2f} GiB'


def run_apart(job: Callable[..., Any], *arguments: Any) -> tuple[Cost, Any]:
    """Run a function of a module in a process of its own; return what it took, and its result."""
    with ProcessPoolExecutor(1, multiprocessing.get_context('spawn')) as process:
        return process.submit(_measure, job, arguments).result()


def _measure(job: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Cost, Any]:
    start, cpu = time.perf_counter(), time.process_time()
    result = job(*arguments)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    # Linux counts in KiB, macOS in bytes.
    unit = 1 if sys.platform == 'darwin' else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**30
    return Cost(seconds, cpu, peak), result
