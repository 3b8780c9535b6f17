"""A row for each published model: its numbers with their source, and how to get them here.

The numbers stand in ``tables/``, a text table for each published one. A figure that the zoo
(``presets.py``) has is read from there: ``=`` in place of the number.
"""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any

from res2net_mm.errors import UserError
from res2net_mm.presets import PRESETS, SOURCES, Preset, Weights, find, find_weights

MODULES = ('classification', 'detection', 'dense', 'follow_ups')  # of tables/, in the sheet's order
PAPER = (
    'Gao et al., Res2Net: A New Multi-scale Backbone Architecture, TPAMI 43(2), 2021, arXiv '
    '1904.01169'
)


@dataclass(frozen=True)
class Table:
    """One published table.

    Attributes:
        key: First part of the names of its rows.
        title: What was measured on what.
        source: Where the numbers were published.
        data: Key of ``published_data.DATA``.
        metrics: Names of its columns, separated by commas.
        rows: A line for each network: name, network, numbers, and options ``key=value``, separated
            by ``|``. A number is written as published, ``-`` where there is none, ``=`` where it is
            in the zoo. Options are ``config``, ``preset``, ``weights`` (a publisher's name for a
            file of the zoo, or an URL) and ``recipe``.
        config: Name of the configs, with ``{}`` for the row's name; ``-`` where there can be none.
        recipe: Key of ``recipes.RECIPES``.
        note: What is to be known of all rows, such as where sources contradict each other.
        notes: The same of single rows, by the first part of their line.
        tested: Settings of the config that the trained model is tested with, by the end of the
            first part of a row's line: another test set, say.
    """

    key: str
    title: str
    source: str
    data: str
    metrics: str
    rows: str
    config: str = ''
    recipe: str = ''
    note: str = ''
    notes: Mapping[str, str] = field(default_factory=dict)
    tested: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One published model of one table.

    Attributes:
        name: ``<table>/<network>``.
        expected: Published numbers by metric, as they are printed.
        config: Name of the config that describes it, whether it is shipped or not; '' where there
            can be none, as the note says.
        tested: Settings of the config that the trained model is tested with.
        trained: What loads the published weights of the trained model; None: there are none that a
            config loads by itself, or the config names them.
    """

    name: str
    network: str
    table: Table
    expected: Mapping[str, str]
    config: str
    recipe: str
    note: str
    preset: Preset | None
    trained: str | None
    tested: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sources(self) -> list[str]:
        """Where the numbers were published, and those that are read from the zoo."""
        tags = self.preset.sources.split() if self.preset and '=' in self.table.rows else []
        return [self.table.source, *(SOURCES[tag] for tag in tags if tag not in ('P', 'ours'))]


@cache
def all_rows() -> tuple[Row, ...]:
    """Return every row, in the order of the sheet."""
    return tuple(row for table in all_tables() for row in _rows_of(table))


@cache
def all_tables() -> tuple[Table, ...]:
    """Return every table, in the order of the sheet."""
    modules = (import_module(f'.tables.{name}', __package__) for name in MODULES)
    return tuple(table for module in modules for table in module.TABLES)


def find_rows(name: str) -> list[Row]:
    """Return the row of a name, or all rows of a table.

    Raises:
        UserError: There is none; the message offers the nearest names.
    """
    found = [row for row in all_rows() if name.rstrip('/') in (row.name, row.table.key)]
    if found:
        return found
    names = [row.name for row in all_rows()] + [table.key for table in all_tables()]
    near = ', '.join(difflib.get_close_matches(name, names, n=5, cutoff=0.5))
    hint = f'the nearest are {near}; ' if near else ''
    raise UserError(f'row {name!r} is unknown; {hint}see `res2net-mm reproduce`')


def _rows_of(table: Table) -> Iterator[Row]:
    metrics = [metric.strip() for metric in table.metrics.split(',')]
    for line in filter(None, map(str.strip, table.rows.splitlines())):
        short, network, numbers, *rest = (part.strip() for part in line.split('|'))
        options = dict(part.split('=', 1) for part in rest)
        named = options.get('weights', '')
        weights = find_weights(named) if named and '://' not in named else None
        owner = next((p for p in PRESETS.values() if weights in p.weights), None)
        preset = find(options['preset']) if 'preset' in options else owner
        expected = {
            metric: _of_zoo(metric, preset, weights) if number == '=' else number
            for metric, number in zip(metrics, numbers.split(), strict=True)
            if number != '-'
        }
        trained = named or None
        if not named and preset and preset.weights and table.data == 'imagenet':
            trained = f'res2net://{preset.name}'
        elif weights:
            trained = f'res2net://{named}'
        config = options.get('config', table.config.format(short))
        yield Row(
            name=f'{table.key}/{short}',
            network=network,
            table=table,
            expected=expected,
            config=config.removeprefix('-'),
            recipe=options.get('recipe', table.recipe),
            note=table.notes.get(short, ''),
            preset=preset,
            trained=trained,
            tested=next((of for end, of in table.tested.items() if short.endswith(end)), {}),
        )


def _of_zoo(metric: str, preset: Preset | None, weights: Weights | None) -> str:
    """Return a figure that the zoo holds, as text."""
    assert preset is not None, f'{metric}: = needs a preset'
    if metric in ('params M', 'GMACs'):
        value, digits = (preset.params, 2) if metric == 'params M' else (preset.gmacs, 1)
        digits = 1 if preset.classes == 100 else digits
    else:
        of, digits = weights if weights and weights.top1 else preset, 2
        value = of.top1 if metric.startswith('top-1') else of.top5
        if value is not None and metric.endswith('error'):
            value = 100 - value
    assert value is not None, f'{preset.name} has no {metric}'
    return f'{value:.{digits}f}'
