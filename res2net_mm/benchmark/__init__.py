"""How fast a backbone is beside others, measured so that the figures can be trusted."""

from .contestants import PEERS, Contestant, find_contestants
from .machine import describe_machine, peak_flops, use_threads
from .memory import peak_memory
from .race import Times, race, ratio
from .report import DTYPES, MODES, Report, benchmark
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
    'peak_flops',
    'peak_memory',
    'race',
    'ratio',
    'use_threads',
]
