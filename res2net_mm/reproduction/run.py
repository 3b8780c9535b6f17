"""Run rows and write what was measured beside what was published."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from res2net_mm.engine import evaluate, train
from res2net_mm.engine.processes.process_group import is_first_process
from res2net_mm.errors import UserError, argument
from res2net_mm.openmmlab.checks import (
    DATA_ROOT_VARIABLE,
    missing_data,
    use_data_root_variable,
)
from res2net_mm.openmmlab.config import load_config
from res2net_mm.version import __version__
from res2net_mm.whole_file import write_json_file

from .measured import beside_published, comparison_table
from .plan import Plan, require_ready
from .rows import Row

WORK_DIR = 'work_dirs/reproduction'
STATE = 'reproduction.json'  # in the folder of a run: its settings, and its metrics once it is done


def reproduce(
    row: Row,
    *,
    data: str | Path | None = None,
    work_dir: str | Path | None = None,
    cfg_options: Mapping[str, Any] | None = None,
    pretrained: bool = True,
    launcher: str = 'none',
) -> str:
    """Test or train the model of a row, and write what was measured beside what was published.

    Where the weights of the trained model are published they are tested, else the config is trained
    and its last checkpoint is tested. A run that was interrupted is resumed, and one that is done
    is not done again; rows of one config share it.

    Args:
        row: The row.
        data: A folder in place of the published data, as in training.
        work_dir: Where runs and results go; default ``work_dirs/reproduction``.
        cfg_options: Settings of the config to override.
        pretrained: Whether training starts from the weights that the config names.
        launcher: none, pytorch, slurm or mpi.

    Returns:
        Published, measured and difference, as text. ``<work_dir>/rows/<row>.json`` holds the same.

    Raises:
        UserError: The row has no config, its data is not there, or the work directory holds a run
            with other settings.
    """
    plan = Plan(row)
    require_ready(plan)
    root = Path(work_dir or WORK_DIR)
    settings = dict(
        config=row.config,
        weights=plan.trained,
        data=data and str(Path(data).resolve()),
        options={key: repr(value) for key, value in sorted((cfg_options or {}).items())},
        pretrained=pretrained,
    )
    run_dir = root / 'runs' / _run_name(plan)
    metrics = _done(run_dir, settings)
    if metrics is None:
        if data is None:
            _require_data(plan, cfg_options)
        if is_first_process():
            write_json_file(dict(settings), run_dir / STATE)
        shared: dict[str, Any] = dict(
            data=data, work_dir=run_dir, cfg_options=cfg_options, launcher=launcher
        )
        checkpoint = plan.trained
        if checkpoint is None:
            train(row.config, **shared, pretrained=pretrained, resume=True)
            checkpoint = (run_dir / 'last_checkpoint').read_text().strip()
        metrics = evaluate(row.config, checkpoint, **shared)
        if is_first_process():
            write_json_file(dict(settings, metrics=metrics), run_dir / STATE)
    lines = beside_published(row, metrics)
    result = dict(
        row=row.name, sources=row.sources, res2net_mm=__version__, **settings, numbers=lines
    )
    if is_first_process():
        write_json_file(result, root / 'rows' / f'{row.name}.json')
    return comparison_table(row, lines)


def reproduce_each(rows: Sequence[Row], **options: Any) -> Iterator[tuple[Row, str | None, str]]:
    """Run rows one after the other; those that have no config are left out.

    Yields:
        The row, its table, and '' or why it could not be run. A row that cannot be run does not
        stop the others.
    """
    for row in rows:
        if Plan(row).ready:
            try:
                yield row, reproduce(row, **options), ''
            except UserError as error:
                yield row, None, str(error)


def read_result(row: Row, work_dir: str | Path | None = None) -> list[dict[str, Any]] | None:
    """Return what was measured for a row, None if it has not been run."""
    file = Path(work_dir or WORK_DIR) / 'rows' / f'{row.name}.json'
    found = _read(file)
    return found['numbers'] if found else None


def _run_name(plan: Plan) -> str:
    """Return the name of the run that a row needs; rows of one name share it."""
    what = 'train' if plan.trained is None else f'test {plan.trained.rsplit("/", 1)[-1]}'
    return re.sub(r'\W+', '_', f'{plan.row.config.removesuffix(".py")} {what}')


def _done(run_dir: Path, settings: Mapping[str, Any]) -> dict[str, float] | None:
    """Return the metrics of a run that is done; UserError if it was of other settings."""
    found = _read(run_dir / STATE)
    if found is None:
        return None
    changed = [name for name, value in settings.items() if found.get(name) != value]
    if changed:
        was = ', '.join(f'{name}={found.get(name)!r}' for name in changed)
        raise UserError(
            f'{run_dir} holds a run with {was}: give the same again, or another '
            f'{argument("work_dir", "DIR")}'
        )
    return found.get('metrics')


def _read(file: Path) -> dict[str, Any] | None:
    if not file.is_file():
        return None
    try:
        found = json.loads(file.read_text(encoding='utf-8'))
    except ValueError as error:
        raise UserError(f'{file} cannot be read: {error}; remove it') from error
    if not isinstance(found, dict):
        raise UserError(f'{file} is not what `res2net-mm reproduce` writes: remove it')
    return found


def _require_data(plan: Plan, cfg_options: Mapping[str, Any] | None) -> None:
    """Raise one UserError that says which data the config needs, where, and how to pass it."""
    cfg = load_config(plan.row.config, cfg_options=cfg_options)
    use_data_root_variable(cfg)
    loaders = ('test_dataloader',) if plan.trained else ('train_dataloader', 'val_dataloader')
    if missing := missing_data(cfg, loaders=loaders):
        raise UserError(
            f'row {plan.row.name} needs {plan.data}, which is not there: looked for '
            f'{", ".join(map(str, missing))} (from {Path.cwd()}). Put it, or link it, at '
            f'{cfg.get("data_root", Path(missing[0]).parent)}, or set {DATA_ROOT_VARIABLE} to '
            f'where it lies, or give {argument("data", "DIR")}, {plan.data.folder}'
        )
