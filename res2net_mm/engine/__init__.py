"""The main job, as library functions; importing this package registers hooks, loops and a model."""

from .demo import demo
from .evaluate import evaluate
from .hooks import (
    CheckedLoading,
    FiniteHook,
    LabelMapHook,
    PredictionSheetHook,
    RerunReportHook,
    StartupReport,
)
from .processes import CPUDataParallel
from .rerun import rerun
from .runs import EpochLoop, IterLoop, WholeCheckpointHook
from .train import train

__all__ = [
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
