"""Compare the speed and memory of a backbone with those of others, measured in turn."""

from .contestants import PEERS, Contestant, find_contestants
from .hardware import describe_machine, peak_runs, use_threads
from .measure import Times, peak_memory, race, ratio
from .result import Report
from .run import DTYPES, MODES, benchmark
from .treatments import TREATMENTS

__all__ = [
    'DTYPES',
    'MODES',
    'PEERS',
    'TREATMENTS',
    'Contestant',
    'Report',
    'Times',
    'benchmark',
    'describe_machine',
    'find_contestants',
    'peak_memory',
    'peak_runs',
    'race',
    'ratio',
    'use_threads',
]
