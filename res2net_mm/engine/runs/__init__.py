"""A run that can be interrupted, resumed and reproduced."""

from .atomic_checkpoints import (
    WholeCheckpointHook,
    make_mmengine_write_whole_files,
    use_whole_checkpoints,
)
from .full_disk import full_disk_is_one_error
from .latest_checkpoint import checkpoint_to_resume, latest_whole_checkpoint, named_checkpoint
from .resumable_loops import EpochLoop, IterLoop, use_resumable_loop

__all__ = [
    'EpochLoop',
    'IterLoop',
    'WholeCheckpointHook',
    'checkpoint_to_resume',
    'full_disk_is_one_error',
    'latest_whole_checkpoint',
    'make_mmengine_write_whole_files',
    'named_checkpoint',
    'use_resumable_loop',
    'use_whole_checkpoints',
]
