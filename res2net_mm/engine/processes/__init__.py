"""A run by several processes."""

from .cpu_data_parallel import CPUDataParallel
from .process_group import check_launcher, is_first_process, process_group
from .sharding import ShardedRunner, check_sharding

__all__ = [
    'CPUDataParallel',
    'ShardedRunner',
    'check_launcher',
    'check_sharding',
    'is_first_process',
    'process_group',
]
