"""A run as something that may be killed, gone on with, and done again."""

from .finite_hook import FiniteHook, learning_rate
from .latest_checkpoint import checkpoint_to_resume, latest_whole_checkpoint, named_checkpoint
from .rerun_report_hook import RerunReportHook
from .resumable_loops import EpochLoop, IterLoop, use_resumable_loop
from .run_record_hook import RECORD, RunRecordHook
from .termination_hook import TerminationHook
from .whole_writes import WholeCheckpointHook, make_mmengine_writing_whole, use_whole_checkpoints

__all__ = [
    'RECORD',
    'EpochLoop',
    'FiniteHook',
    'IterLoop',
    'RerunReportHook',
    'RunRecordHook',
    'TerminationHook',
    'WholeCheckpointHook',
    'checkpoint_to_resume',
    'latest_whole_checkpoint',
    'learning_rate',
    'make_mmengine_writing_whole',
    'named_checkpoint',
    'use_resumable_loop',
    'use_whole_checkpoints',
]
