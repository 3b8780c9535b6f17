"""A run as something that may be killed, gone on with, and done again."""

from .atomic_checkpoints import (
    WholeCheckpointHook,
    make_mmengine_writing_whole,
    use_whole_checkpoints,
)
from .latest_checkpoint import checkpoint_to_resume, latest_whole_checkpoint, named_checkpoint
from .resumable_loops import EpochLoop, IterLoop, use_resumable_loop

__all__ = [
    'EpochLoop',
    'IterLoop',
    'WholeCheckpointHook',
    'checkpoint_to_resume',
    'latest_whole_checkpoint',
    'make_mmengine_writing_whole',
    'named_checkpoint',
    'use_resumable_loop',
    'use_whole_checkpoints',
]
