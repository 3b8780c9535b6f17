"""The paper's Table 6 for other runs: each run, and its difference from the first."""

from collections.abc import Iterator, Sequence
from typing import Any

from res2net_mm.evaluation import Comparison
from res2net_mm.evaluation.comparison import BinComparison
from res2net_mm.report.by_size.terms import Terms
from res2net_mm.report.by_size.verdict import interval, points, size_text, tone_of
from res2net_mm.report.page.parts import GAIN, LOSS, NOISE, Cell, Table

EVERY_CLASS = 'all classes'
_RECORDED = ('a', 'b', 'difference', 'low', 'high', 'b_wins')


def score_table(names: Sequence[str], comparisons: Sequence[Comparison], terms: Terms) -> Table:
    """Return the scores of all classes: columns for sizes, rows for runs and differences."""
    first = comparisons[0].columns
    rows = [[Cell(f'{terms.thing}s'), *(Cell(str(c.objects)) for c in first)]]
    for score in terms.scores:
        title = terms.title(score)
        rows.append([Cell(f'{title}: {names[0]}'), *(_score(c, score, 'a', terms) for c in first)])
        for name, comparison in zip(names[1:], comparisons, strict=True):
            columns = comparison.columns
            level = f'difference, {100 * comparison.level:g} % interval'
            rows += [
                [Cell(f'{title}: {name}'), *(_score(c, score, 'b', terms) for c in columns)],
                [Cell(level), *(_difference(c, score, terms) for c in columns)],
            ]
    return Table('Scores in %, differences in points', _head('', first), rows)


def class_table(names: tuple[str, str], comparison: Comparison, score: str, terms: Terms) -> Table:
    """Return one score of two runs: a row per class, columns for sizes."""
    rows = [
        [Cell(k.name), *(_difference(c, score, terms, scores=True) for c in k.columns)]
        for k in comparison.classes
    ]
    caption = f'{terms.title(score)}: difference in points (interval); {names[0]} → {names[1]} in %'
    return Table(caption, _head('class', comparison.columns), rows)


def by_chance(tables: Sequence[Table], level: float) -> str:
    """Return the expected number of false positives among the marked differences, in words."""
    tested = sum(cell.tone in (GAIN, LOSS, NOISE) for t in tables for row in t.rows for cell in row)
    return (
        f'Of many differences some are marked by chance alone: of the {tested} here about '
        f'{(1 - level) * tested:.0f} would be if nothing had changed.'
    )


def records(
    kind: str, names: Sequence[str], comparisons: Sequence[Comparison], terms: Terms
) -> Iterator[dict[str, Any]]:
    """Yield the numbers of the tables, not rounded: one record per run, class, bin and score."""
    for name, comparison in zip(names[1:], comparisons, strict=True):
        groups = [(EVERY_CLASS, comparison.columns)]
        groups += [(of_class.name, of_class.columns) for of_class in comparison.classes]
        for of_class, columns in groups:
            for column in columns:
                for score in terms.scores:
                    difference = column.scores.get(score)
                    yield {
                        'kind': kind,
                        'run_a': names[0],
                        'run_b': name,
                        'class': of_class,
                        'bin': column.size_bin.name,
                        'objects': column.objects,
                        'score': score,
                        **{key: getattr(difference, key, None) for key in _RECORDED},
                        'verdict': tone_of(column, score),
                    }


def _head(first: str, columns: Sequence[BinComparison]) -> list[str]:
    sizes = (c.size_bin for c in columns[:-1])
    return [first, *(f'{size.name} ({size_text(size)})' for size in sizes), 'all']


def _score(column: BinComparison, score: str, run: str, terms: Terms) -> Cell:
    difference = column.scores.get(score)
    if difference is None:
        return Cell(f'no {terms.thing}s')
    return Cell(f'{100 * getattr(difference, run):.1f}')


def _difference(column: BinComparison, score: str, terms: Terms, *, scores: bool = False) -> Cell:
    difference, tone = column.scores.get(score), tone_of(column, score)
    if difference is None:
        return Cell(f'no {terms.thing}s', tone)
    detail = ''
    if scores:
        both = f'{100 * difference.a:.1f} → {100 * difference.b:.1f}'
        detail = f'{both}; {terms.thing}s: {column.objects}'
    return Cell(f'{points(difference.difference)} ({interval(difference)})', tone, detail)
