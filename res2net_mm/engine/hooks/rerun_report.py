"""Say, before a run is done again, what is not as it was."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.hooks import Hook
from mmengine.runner import Runner

from res2net_mm.registry import HOOKS

from ..runs.same_run import RECORD, differences

COMPARED = ('versions', 'revisions', 'environment', 'data', 'seed', 'deterministic', 'processes')


@HOOKS.register_module(force=True)  # a reload is harmless
class RerunReportHook(Hook):
    """Compare the record of this run with that of the run it repeats.

    Args:
        work_dir: The work directory of the run that is done again.
    """

    priority = 'VERY_LOW'  # once this run's record is written

    def __init__(self, work_dir: str) -> None:
        self.work_dir = work_dir

    def before_train(self, runner: Runner) -> None:
        """Log what differs."""
        if runner.rank != 0:
            return
        before, now = (
            json.loads(Path(folder, RECORD).read_text())
            for folder in (self.work_dir, runner.work_dir)
        )
        found = record_differences(before, now)
        text = '\n  '.join(found) or 'nothing: code, versions, environment and data are as then'
        runner.logger.info(f'differs from the run in {self.work_dir}\n  {text}')


def record_differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return what differs between two records, a line for each name."""
    return differences(_flat(before), _flat(now))


def _flat(record: Mapping[str, Any]) -> dict[str, Any]:
    record = {**record, 'environment': record['starts'][-1]['environment']}
    flat: dict[str, Any] = {}
    for name in COMPARED:
        _flatten(name, record[name], flat)
    return flat


def _flatten(name: str, value: Any, into: dict[str, Any]) -> None:
    if isinstance(value, Mapping):
        for key, entry in value.items():
            _flatten(f'{name}: {key}', entry, into)
    else:
        into[name] = value
