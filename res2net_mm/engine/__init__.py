"""The main job, as library functions; importing this package registers hooks, loops and a model."""

from .checked_loading import CheckedLoading
from .demo import demo
from .evaluate import evaluate
from .label_map_hook import LabelMapHook
from .prediction_sheet_hook import PredictionSheetHook
from .processes import CPUDataParallel
from .rerun import rerun
from .runs import (
    EpochLoop,
    FiniteHook,
    IterLoop,
    RerunReportHook,
    WholeCheckpointHook,
)
from .startup_report import StartupReport
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
