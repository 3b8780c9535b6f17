"""Compare the speed and memory of a backbone with those of others, measured in turn."""

from .contestants import PEERS, TREATMENTS, Contestant, find_contestants
from .measure import (
    Times,
    describe_machine,
    peak_memory,
    peak_runs,
    race,
    ratio,
    use_threads,
)
from .run import DTYPES, MODES, Report, benchmark

__all__ = [
    'DTYPES', 'MODES', 'PEERS', 'TREATMENTS', 'Contestant', 'Report', 'Times', 'benchmark',
    'describe_machine', 'find_contestants', 'peak_memory', 'peak_runs', 'race', 'ratio',
    'use_threads',
]  # fmt: skip
