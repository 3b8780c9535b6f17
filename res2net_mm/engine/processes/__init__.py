"""A run by several processes."""

from .cpu_data_parallel import CPUDataParallel
from .process_group import check_launcher, is_first_process, process_group

__all__ = ['CPUDataParallel', 'check_launcher', 'is_first_process', 'process_group']
