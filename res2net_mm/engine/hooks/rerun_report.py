"""Log, before a run is repeated, what differs from the first time."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.hooks import Hook
from mmengine.runner import Runner

from res2net_mm.registry import HOOKS

from ..runs.same_run import RECORD, differences, flatten

COMPARED = ('versions', 'revisions', 'environment', 'data', 'seed', 'deterministic', 'processes')


@HOOKS.register_module(force=True)  # a reload is harmless
class RerunReportHook(Hook):
    """Compare the record of this run with that of the run it repeats.

    Args:
        work_dir: The work directory of the run that is repeated.
    """

    priority = 'VERY_LOW'  # once this run's record is written

    def __init__(self, work_dir: str) -> None:
        self.work_dir = work_dir

    def before_train(self, runner: Runner) -> None:
        """Log what differs."""
        if runner.rank != 0:
            return
        before, now = (
            _compared(json.loads(Path(folder, RECORD).read_text()))
            for folder in (self.work_dir, runner.work_dir)
        )
        lines = differences(before, now)
        text = '\n  '.join(lines) or 'nothing: code, versions, environment and data are the same'
        runner.logger.info(f'differs from the run in {self.work_dir}\n  {text}')


def _compared(record: Mapping[str, Any]) -> dict[str, Any]:
    record = {**record, 'environment': record['starts'][-1]['environment']}
    return flatten({name: record[name] for name in COMPARED}, separator=': ')
