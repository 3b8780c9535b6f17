"""Training and evaluation by several processes."""

from .process_group import check_launcher, is_first_process, process_group
from .sharding import ShardedRunner, check_sharding
from .sync_norm import CPUDataParallel

__all__ = [
    'CPUDataParallel',
    'ShardedRunner',
    'check_launcher',
    'check_sharding',
    'is_first_process',
    'process_group',
]
