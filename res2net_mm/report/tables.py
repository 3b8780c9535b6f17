"""The paper's Table 6 for runs of one's own: each run, and its difference from the first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from res2net_mm.evaluation import Comparison
from res2net_mm.evaluation.bootstrap import SCORES
from res2net_mm.evaluation.comparison import BinComparison
from res2net_mm.evaluation.size_table import NO_BOXES
from res2net_mm.report.parts import Cell, Table
from res2net_mm.report.verdict import interval, points, size_text, tone_of

EVERY_CLASS = 'all classes'


def score_table(names: Sequence[str], comparisons: Sequence[Comparison], protocol: str) -> Table:
    """Scores of all classes: a column per bin and one for all, rows for runs and differences.

    Args:
        names: Of the runs, the first of which all comparisons begin with.
        comparisons: Of each other run with the first.
        protocol: Key of ``PROTOCOLS``; VOC's have one IoU, so that AP50 is AP.
    """
    first = _columns(comparisons[0])
    rows = [[Cell('objects'), *(Cell(str(c.boxes)) for c in first)]]
    for score in SCORES if protocol == 'coco' else ('AP', 'AR'):
        rows.append([Cell(f'{score}: {names[0]}'), *(_score(c, score, 'a') for c in first)])
        for name, comparison in zip(names[1:], comparisons, strict=True):
            columns = _columns(comparison)
            rows.append([Cell(f'{score}: {name}'), *(_score(c, score, 'b') for c in columns)])
            rows.append(
                [
                    Cell(f'difference, {100 * comparison.level:g} % interval'),
                    *(_difference(c, score) for c in columns),
                ]
            )
    return Table('Scores in %, differences in points', _head('', first), rows)


def class_table(names: tuple[str, str], comparison: Comparison, score: str) -> Table:
    """One score of two runs: a row per class, a column per bin and one for all."""
    rows = []
    for scored in comparison.classes:
        cells = [Cell(scored.name)]
        for column in (*scored.bins, scored.overall):
            cell, difference = _difference(column, score), column.scores.get(score)
            if difference is not None:
                values = f'{100 * difference.a:.1f} → {100 * difference.b:.1f}'
                cell = replace(cell, detail=f'{values}; objects: {column.boxes}')
            cells.append(cell)
        rows.append(cells)
    caption = f'{score}: difference in points (interval); {names[0]} → {names[1]} in %'
    return Table(caption, _head('class', _columns(comparison)), rows)


def records(
    kind: str, names: Sequence[str], comparisons: Sequence[Comparison], protocol: str
) -> Iterator[Mapping]:
    """All numbers behind the tables, unrounded; an entry for each class, bin and score."""
    shown = SCORES if protocol == 'coco' else ('AP', 'AR')
    for name, comparison in zip(names[1:], comparisons, strict=True):
        groups = [(EVERY_CLASS, _columns(comparison))]
        groups += [(c.name, (*c.bins, c.overall)) for c in comparison.classes]
        for of_class, columns in groups:
            for column in columns:
                for score in shown:
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
                        'objects': column.boxes,
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


def _score(column: BinComparison, score: str, run: str) -> Cell:
    difference = column.scores.get(score)
    return Cell(NO_BOXES if difference is None else f'{100 * getattr(difference, run):.1f}')


def _difference(column: BinComparison, score: str) -> Cell:
    difference = column.scores.get(score)
    text = NO_BOXES
    if difference is not None:
        text = f'{points(difference.difference)} ({interval(difference)})'
    return Cell(text, tone_of(column, score))
