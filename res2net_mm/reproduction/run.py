"""Run rows and write what was measured beside what was published."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from res2net_mm.benchmark.complexity import measure_complexity
from res2net_mm.engine import evaluate, train
from res2net_mm.engine.processes.process_group import is_first_process
from res2net_mm.engine.runs.atomic_checkpoints import LAST_CHECKPOINT
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
STATE = 'reproduction.json'  # in the folder of a run


def reproduce(
    row: Row,
    *,
    data: str | Path | None = None,
    test_data: str | Path | None = None,
    checkpoint: str | Path | None = None,
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
        test_data: A folder to test on, where that is not ``data``.
        checkpoint: Trained weights to test in place of published ones or of training.
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
    root, weights = Path(work_dir or WORK_DIR), str(checkpoint or plan.trained or '') or None
    settings = dict(
        config=row.config,
        weights=weights,
        data=data and str(Path(data).resolve()),
        options={key: repr(value) for key, value in sorted((cfg_options or {}).items())},
        pretrained=pretrained,
    )
    tested_on = test_data or data
    test_options = {**row.tested, **(cfg_options or {})}  # a folder replaces what these name
    test = repr((test_data and str(Path(test_data).resolve()), sorted(test_options.items())))
    run = _Run(root / 'runs' / _run_name(row, weights), settings)
    if test not in run.metrics:
        loaders = () if data or run.checkpoint else ('train_dataloader', 'val_dataloader')
        _require_data(plan, () if weights else loaders, cfg_options)
        _require_data(plan, () if tested_on else ('test_dataloader',), test_options)
        if weights is None and run.checkpoint is None:
            run.save()
            train(
                row.config,
                data=data,
                work_dir=run.folder,
                cfg_options=cfg_options,
                launcher=launcher,
                pretrained=pretrained,
                resume=True,
            )
            named = Path((run.folder / LAST_CHECKPOINT).read_text().strip()).name
            run.checkpoint = str(run.folder / named)
            run.save()
        run.metrics[test] = evaluate(
            row.config,
            weights or run.checkpoint or '',
            data=tested_on,
            work_dir=run.folder / row.name.replace('/', '_'),
            cfg_options=test_options,
            launcher=launcher,
        )
        run.save()
    if 'GFLOPs' in row.expected:
        params, gflops = measure_complexity(load_config(row.config))
        run.metrics[test] |= {'params M': params, 'GFLOPs': gflops}
    lines = beside_published(row, run.metrics[test])
    result = dict(
        row=row.name,
        sources=row.sources,
        res2net_mm=__version__,
        **settings,
        test_data=tested_on and str(Path(tested_on).resolve()),
        numbers=lines,
    )
    if is_first_process():
        write_json_file(result, root / 'rows' / f'{row.name}.json')
    on = f'images of {tested_on}' if tested_on else plan.data.title
    return f'{comparison_table(row, lines)}\nmeasured on {on}'


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


def _run_name(row: Row, weights: str | None) -> str:
    """Return the name of the run that a row needs; rows of one name share it."""
    what = 'train' if weights is None else f'test {Path(weights).name}'
    return re.sub(r'\W+', '_', f'{row.config.removesuffix(".py")} {what}')


class _Run:
    """What is kept of a run in its folder: its settings, its checkpoint, and its metrics by test.

    Raises:
        UserError: The folder holds a run of other settings.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any]) -> None:
        self.folder, self.settings = folder, settings
        found = _read(folder / STATE) or {}
        changed = [name for name, value in settings.items() if found and found.get(name) != value]
        if changed:
            was = ', '.join(f'{name}={found.get(name)!r}' for name in changed)
            raise UserError(
                f'{folder} holds a run with {was}: give the same again, or another '
                f'{argument("work_dir", "DIR")}'
            )
        self.checkpoint: str | None = found.get('checkpoint')
        self.metrics: dict[str, dict[str, float]] = found.get('metrics') or {}

    def save(self) -> None:
        """Write it down, in the first of several processes."""
        if is_first_process():
            state = dict(self.settings, checkpoint=self.checkpoint, metrics=self.metrics)
            write_json_file(state, self.folder / STATE)


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


def _require_data(
    plan: Plan, loaders: tuple[str, ...], cfg_options: Mapping[str, Any] | None
) -> None:
    """Raise one UserError that says which data the config needs, where, and how to pass it."""
    cfg = load_config(plan.row.config, cfg_options=cfg_options)
    use_data_root_variable(cfg)
    if missing := missing_data(cfg, loaders=loaders):
        named = 'data' if 'train_dataloader' in loaders else 'test_data'
        root = cfg.get('data_root')
        moved = f'set {DATA_ROOT_VARIABLE} to the folder in place of {root}, or ' if root else ''
        raise UserError(
            f'row {plan.row.name} needs {plan.data}, which is not there: looked for '
            f'{", ".join(map(str, missing))} (from {Path.cwd()}). Put it, or link it, there, or '
            f'{moved}give {argument(named, "DIR")}, {plan.data.folder}'
        )
