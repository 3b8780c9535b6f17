"""Repeat a run from the record in its work directory, and log what differs from the first time."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mmengine.hooks import Hook
from mmengine.runner import Runner

from res2net_mm.errors import UserError
from res2net_mm.openmmlab.config import load_config
from res2net_mm.registry import HOOKS

from .runs.same_run import RECORD, differences, flatten
from .train import train

_COMPARED = ('versions', 'revisions', 'environment', 'data', 'seed', 'deterministic', 'processes')
_FIELDS = {'config': str, 'config_name': str, 'seed': int, 'deterministic': bool}


def rerun(
    work_dir: str | Path, *, new_work_dir: str | Path | None = None, launcher: str = 'none'
) -> Runner:
    """Train with the config, data, options and seed of an earlier run.

    What differs from then (versions, git revisions, environment, data) is logged before the first
    iteration. The config in the record is run as a Python file, as any config is.

    Args:
        work_dir: The work directory of the earlier run, with its ``run.json``.
        new_work_dir: Where the new run writes; default ``<work_dir>_rerun``.
        launcher: none, pytorch, slurm or mpi.

    Returns:
        The runner, after training.

    Raises:
        UserError: There is no record, or the new work directory holds a run.
    """
    work_dir = Path(work_dir)
    record = _read_record(work_dir / RECORD)
    new = Path(new_work_dir or f'{str(work_dir).rstrip("/")}_rerun')
    if (new / RECORD).exists():
        raise UserError(f'{new} holds a run already: choose another folder for the new one')
    with TemporaryDirectory() as folder:
        file = Path(folder, record['config_name'])
        file.write_text(record['config'])
        cfg = load_config(file)
    cfg.resume = False
    cfg.randomness = {**cfg.get('randomness', {}), 'seed': record['seed']}
    return train(
        cfg,
        work_dir=new,
        auto_scale_lr=cfg.get('auto_scale_lr', {}).get('enable', False),
        deterministic=record['deterministic'],
        launcher=launcher,
        rerun_of=work_dir,
    )


def _read_record(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise UserError(f'{path} does not exist: no run began there, or an older version wrote it')
    fault = f'{path} is not a run record: '
    try:
        record = json.loads(path.read_text(encoding='utf-8'))
        missing = {*_FIELDS, 'starts'} - record.keys()
    except (ValueError, AttributeError, RecursionError) as error:
        raise UserError(f'{fault}{error}') from error
    if missing:
        raise UserError(f'{fault}it holds no {", ".join(sorted(missing))}')
    for key, kind in _FIELDS.items():
        if not isinstance(record[key], kind):
            raise UserError(f'{fault}it holds {key}={record[key]!r:.80}')
    name = record['config_name']
    if not name or Path(name).name != name:  # it is written to
        raise UserError(f'{path} has config_name={name!r}, which is not the name of a file')
    return record


@HOOKS.register_module(force=True)  # a reload is harmless
class RerunReportHook(Hook):
    """Compare the record of this run with that of the run in ``work_dir``, which it repeats."""

    priority = 'VERY_LOW'  # once this run's record is written

    def __init__(self, work_dir: str) -> None:
        self.work_dir = work_dir

    def before_train(self, runner: Runner) -> None:
        if runner.rank != 0:
            return
        records = []
        for folder in (self.work_dir, runner.work_dir):
            record = json.loads(Path(folder, RECORD).read_text())
            record['environment'] = record['starts'][-1]['environment']
            records.append(flatten({name: record[name] for name in _COMPARED}, separator=': '))
        lines = differences(*records)
        text = '\n  '.join(lines) or 'nothing: code, versions, environment and data are the same'
        runner.logger.info(f'differs from the run in {self.work_dir}\n  {text}')
