"""The paper's Table 6 for runs of one's own: each run, and its difference from the first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from res2net_mm.evaluation import Comparison
from res2net_mm.evaluation.comparison import BinComparison
from res2net_mm.report.by_size.terms import Terms
from res2net_mm.report.by_size.verdict import interval, points, size_text, tone_of
from res2net_mm.report.page.parts import GAIN, LOSS, NOISE, Cell, Table

EVERY_CLASS = 'all classes'


def score_table(names: Sequence[str], comparisons: Sequence[Comparison], terms: Terms) -> Table:
    """Scores of all classes: a column per bin and one for all, rows for runs and differences.

    Args:
        names: Of the runs, the first of which all comparisons begin with.
        comparisons: Of each other run with the first.
        terms: Of their kind.
    """
    first = _columns(comparisons[0])
    rows = [[Cell(f'{terms.thing}s'), *(Cell(str(c.objects)) for c in first)]]
    for score in terms.scores:
        title = terms.title(score)
        rows.append([Cell(f'{title}: {names[0]}'), *(_score(c, score, 'a', terms) for c in first)])
        for name, comparison in zip(names[1:], comparisons, strict=True):
            columns = _columns(comparison)
            scores = (_score(c, score, 'b', terms) for c in columns)
            rows.append([Cell(f'{title}: {name}'), *scores])
            rows.append(
                [
                    Cell(f'difference, {100 * comparison.level:g} % interval'),
                    *(_difference(c, score, terms) for c in columns),
                ]
            )
    return Table('Scores in %, differences in points', _head('', first), rows)


def class_table(names: tuple[str, str], comparison: Comparison, score: str, terms: Terms) -> Table:
    """One score of two runs: a row per class, a column per bin and one for all."""
    rows = []
    for scored in comparison.classes:
        cells = [Cell(scored.name)]
        for column in (*scored.bins, scored.overall):
            difference = column.scores.get(score)
            cell = _difference(column, score, terms)
            if difference is not None:
                values = f'{100 * difference.a:.1f} → {100 * difference.b:.1f}'
                cell = replace(cell, detail=f'{values}; {terms.thing}s: {column.objects}')
            cells.append(cell)
        rows.append(cells)
    caption = f'{terms.title(score)}: difference in points (interval); {names[0]} → {names[1]} in %'
    return Table(caption, _head('class', _columns(comparison)), rows)


def by_chance(tables: Sequence[Table], level: float) -> list[str]:
    """How many of the marked differences of many chance alone would mark."""
    tested = sum(cell.tone in (GAIN, LOSS, NOISE) for t in tables for row in t.rows for cell in row)
    return [
        f'Of many differences some are marked by chance alone: of the {tested} here about '
        f'{(1 - level) * tested:.0f} would be if nothing had changed.'
    ]


def records(
    kind: str, names: Sequence[str], comparisons: Sequence[Comparison], terms: Terms
) -> Iterator[Mapping]:
    """All numbers behind the tables, unrounded; an entry for each class, bin and score."""
    for name, comparison in zip(names[1:], comparisons, strict=True):
        groups = [(EVERY_CLASS, _columns(comparison))]
        groups += [(c.name, (*c.bins, c.overall)) for c in comparison.classes]
        for of_class, columns in groups:
            for column in columns:
                for score in terms.scores:
                    difference = column.scores.get(score)
                    values = (None,) * 6
                    if difference is not None:
                        values = (
                            difference.a,
                            difference.b,
                            difference.difference,
                            difference.low,
                            difference.high,
                            difference.b_wins,
                        )
                    yield {
                        'kind': kind,
                        'run_a': names[0],
                        'run_b': name,
                        'class': of_class,
                        'bin': column.size_bin.name,
                        'objects': column.objects,
                        'score': score,
                        **dict(
                            zip(
                                ('a', 'b', 'difference', 'low', 'high', 'b_wins'),
                                values,
                                strict=True,
                            )
                        ),
                        'verdict': tone_of(column, score),
                    }


def _columns(comparison: Comparison) -> tuple[BinComparison, ...]:
    return (*comparison.bins, comparison.overall)


def _head(first: str, columns: Sequence[BinComparison]) -> list[str]:
    sizes = (c.size_bin for c in columns[:-1])
    return [first, *(f'{size.name} ({size_text(size)})' for size in sizes), 'all']


def _score(column: BinComparison, score: str, run: str, terms: Terms) -> Cell:
    difference = column.scores.get(score)
    if difference is None:
        return Cell(f'no {terms.thing}s')
    return Cell(f'{100 * getattr(difference, run):.1f}')


def _difference(column: BinComparison, score: str, terms: Terms) -> Cell:
    difference = column.scores.get(score)
    text = f'no {terms.thing}s'
    if difference is not None:
        text = f'{points(difference.difference)} ({interval(difference)})'
    return Cell(text, tone_of(column, score))
