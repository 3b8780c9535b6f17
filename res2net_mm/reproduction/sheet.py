"""The reproduction sheet: every row as a page and on the screen."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from res2net_mm.tables import align
from res2net_mm.whole_file import whole_file

from .data_sets import DATA
from .measured import COMPUTED
from .plan import Plan
from .recipes import RECIPES, Recipe
from .rows import Row, Table, all_rows, all_tables
from .run import read_result

_HEAD = """# Reproduction

A row for every number that was published for Res2Net: in the tables of the paper, and after it by
its authors and by toolboxes. This page is written by `res2net-mm reproduce --write`, from the data
in `res2net_mm/reproduction`; a test fails when it is not what that would write.

```bash
res2net-mm reproduce                                  # list all rows
res2net-mm reproduce table8/r2n50_26w4s --dry-run     # one row: sources, command, size, recipe
res2net-mm reproduce table8/r2n50_26w4s [--data DIR]  # run it
res2net-mm reproduce table8 --all                     # run all rows of a table, or of all tables
```

A row whose trained weights are published is *tested* with them, the others are *trained* and then
tested. Measured numbers go beside the published ones, with the difference, to
`work_dirs/reproduction/rows`. Rows of one config share its run, a run that was interrupted is
resumed, and what is done is not done again. No run has been made for this page: it says what is
published, what is to be done, and what was checked without the data.

- *Status*: `test` (the published weights are tested), `train` (the config is trained) or
  `no config` (there is none here; the note says why, where that is not about to change).
- *Recipe*: how many fields of the published recipe the config has as published. Each other one
  stands under [Recipes](#recipes) with its reason; a difference without a reason fails a test.
- *Checked*: `iteration`, an iteration of the config runs (`tests/configs/test_configs_train.py`);
  `params`, the parameters equal the published ones to their last digit, and `GMACs`, so do the
  multiply-adds (`tests/reproduction/test_complexity.py`); `GFLOPs`, both of a whole detector equal
  the published ones within 0.05 % (`python -m lab.published_complexity`).
"""


def write_sheet(path: str | Path) -> Path:
    """Write the page and return its path."""
    path = Path(path)
    with whole_file(path) as partial:
        partial.write_text(sheet(), encoding='utf-8')
    return path


def sheet() -> str:
    """Return the page as Markdown."""
    parts = [_HEAD]
    for table in all_tables():
        parts += _table_part(table)
    parts += ['## Recipes\n', *(_recipe_part(name, recipe) for name, recipe in RECIPES.items())]
    parts += ['## Data\n', _markdown(_data_lines())]
    return '\n'.join(parts).rstrip() + '\n'


def listing(rows: Sequence[Row], work_dir: str | Path | None = None) -> str:
    """Return rows as text: what is published, what is to be done, and what was measured."""
    cells = [['row', 'status', 'published', 'measured']]
    for row in rows:
        found = read_result(row, work_dir)
        measured = [line['measured'] for line in found or () if line['measured'] is not None]
        status = 'done' if found else Plan(row).status
        shown = ' '.join(f'{value:g}' for value in measured) if found else '-'
        cells.append([row.name, status, _numbers(row), shown])
    return '\n'.join(align(cells, '<<<<'))


def describe(row: Row) -> str:
    """Return all that is known of a row as text: sources, command, size and recipe."""
    plan = Plan(row)
    lines = [f'{row.name}: {row.network}, {row.table.title}', f'  published  {_numbers(row)}']
    lines += [f'  source     {source}' for source in row.sources]
    lines += [f'  note       {note}' for note in (row.note, row.table.note) if note]
    lines += [f'  data       {plan.data}', f'  status     {plan.status}']
    if plan.ready:
        lines += [f'  command    {plan.command}', f'  size       {plan.size}']
    if plan.recipe and plan.ready:
        lines += [f'  recipe     {_recipe_score(plan)} fields as published by {plan.recipe.source}']
        for d in plan.differences:
            what = f'{d.field}: {_shown(d.here)}, published {_shown(d.published)}'
            lines.append(f'  differs    {what} ({d.reason})')
        lines += [f'  unstated   {plan.recipe.unstated}'] if plan.recipe.unstated else []
    return '\n'.join(lines)


def _table_part(table: Table) -> Iterator[str]:
    rows = [row for row in all_rows() if row.table is table]
    yield f'## {table.key}: {table.title}\n\nSource: {table.source}.'
    if table.note:
        yield f'\n{table.note}'
    cells = [['row', 'network', 'published', 'config and weights', 'status', 'recipe', 'checked']]
    for row in rows:
        plan = Plan(row)
        config = f'`{row.config}`' if row.config else '-'
        weights = f', {_link(plan.trained)}' if plan.trained else ''
        recipe = _recipe_score(plan) if plan.recipe and plan.ready else '-'
        checked = ', '.join(_checked(plan)) or '-'
        name = f'`{row.name}`'
        cells.append(
            [name, row.network, _numbers(row), config + weights, plan.status, recipe, checked]
        )
    yield '\n' + _markdown(cells)
    notes = [f'- `{row.name}`: {row.note}' for row in rows if row.note]
    if notes:
        yield '\n'.join(notes) + '\n'


def _recipe_part(name: str, recipe: Recipe) -> str:
    users: dict[str, Plan] = {}  # by config
    for row in all_rows():
        if row.recipe == name and Plan(row).ready:
            users.setdefault(row.config, Plan(row))
    told = [f'### {name}\n\nSource: {recipe.source}.']
    if recipe.unstated:
        told.append(f'\nNot stated, or in no field of a config: {recipe.unstated}')
    found: dict[tuple[Any, ...], list[str]] = {}
    for config, plan in users.items():
        for d in plan.differences:
            found.setdefault((d.field, d.published, d.here, d.reason), []).append(config)
    same = [key for key in recipe.fields if all(key != key_[0] for key_ in found)]
    if same:
        values = ', '.join(f'{key} {_shown(recipe.fields[key])}' for key in same)
        told.append(f'\n{"As published" if users else "Published"}: {values}.')
    if found:
        cells = [['field', 'published', 'here', 'reason', 'configs']]
        for (field, published, here, reason), configs in found.items():
            which = 'all' if len(configs) == len(users) else ', '.join(f'`{c}`' for c in configs)
            cells.append([field, _shown(published), _shown(here), reason, which])
        told.append('\n' + _markdown(cells))
    return '\n'.join(told) + '\n'


def _data_lines() -> list[list[str]]:
    cells = [['data', 'to be had from', 'images to train on', 'to test on', 'size', '`--data`']]
    for data in DATA.values():
        counts = ['-' if count is None else str(count) for count in (data.train, data.test)]
        cells.append([data.title, data.home, *counts, data.size, data.folder])
    return cells


def _checked(plan: Plan) -> Iterator[str]:
    """Yield what is checked by the tests that the head of the page names."""
    if plan.ready and '::' not in plan.row.config:
        yield 'iteration'
    if 'GFLOPs' in plan.row.expected:
        yield 'GFLOPs'
    elif plan.row.preset:
        known = dict(zip(COMPUTED, (plan.row.preset.params, plan.row.preset.gmacs), strict=True))
        yield from (name.split()[0] for name in known if known[name] and name in plan.row.expected)


def _recipe_score(plan: Plan) -> str:
    assert plan.recipe is not None
    count = len(plan.recipe.fields)
    return f'{count - len(plan.differences)} of {count}'


def _numbers(row: Row) -> str:
    return ', '.join(f'{metric} {value}' for metric, value in row.expected.items())


def _shown(value: Any) -> str:
    return f'{value:g}' if isinstance(value, float) else str(value)


def _link(weights: str | None) -> str:
    text = str(weights)
    return f'[weights]({text})' if text.startswith('https://') else f'`{text}`'


def _markdown(cells: Sequence[Sequence[str]]) -> str:
    head, *rest = (f'| {" | ".join(cell.replace("|", "/") for cell in row)} |' for row in cells)
    return '\n'.join([head, '|---' * len(cells[0]) + '|', *rest]) + '\n'
