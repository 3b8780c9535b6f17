"""Train, evaluate and repeat runs; importing this package registers hooks, loops and a wrapper."""

from .demo import demo
from .evaluate import evaluate
from .hooks.answers import AnswerPictureHook
from .hooks.checked_loading import CheckedLoading
from .hooks.finite import FiniteHook
from .hooks.predictions import LabelMapHook, PredictionSheetHook
from .hooks.startup_report import StartupReport
from .processes.sync_norm import CPUDataParallel
from .rerun import RerunReportHook, rerun
from .runs.atomic_checkpoints import WholeCheckpointHook
from .runs.resumable_loops import EpochLoop, IterLoop
from .train import train

__all__ = [
    'AnswerPictureHook',
    'CPUDataParallel',
    'CheckedLoading',
    'EpochLoop',
    'FiniteHook',
    'IterLoop',
    'LabelMapHook',
    'PredictionSheetHook',
    'RerunReportHook',
    'StartupReport',
    'WholeCheckpointHook',
    'demo',
    'evaluate',
    'rerun',
    'train',
]
