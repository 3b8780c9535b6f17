"""Hooks that check, report and record a run."""

from .checked_loading import CheckedLoading
from .finite import FiniteHook
from .label_maps import LabelMapHook
from .prediction_sheet import PredictionSheetHook
from .rerun_report import RerunReportHook
from .run_record import RunRecordHook
from .startup_report import StartupReport
from .termination import TerminationHook

__all__ = [
    'CheckedLoading',
    'FiniteHook',
    'LabelMapHook',
    'PredictionSheetHook',
    'RerunReportHook',
    'RunRecordHook',
    'StartupReport',
    'TerminationHook',
]
