"""What the table by object size and the table by region size share."""

from collections.abc import Mapping, Sequence

from res2net_mm.evaluation.result import ColumnScores, Result
from res2net_mm.evaluation.size_bins import MEASURES, SIZE_TEXTS
from res2net_mm.tables import align, interval_text, percent


def score_rows(
    result: Result, titles: Mapping[str, str], nothing: str, indent: str = '  '
) -> list[list[str]]:
    """Return rows of a result: names and limits of the bins, then scores with their intervals.

    Args:
        result: The result.
        titles: Titles of the rows by the name of the score.
        nothing: Text of a score that is None.
        indent: What the rows of intervals begin with.
    """
    bins = [column.size_bin for column in result.columns]
    rows = [
        ['', *(size_bin.name for size_bin in bins)],
        [MEASURES[bins[0].by], *(size_bin.limits for size_bin in bins)],
    ]
    for score, title in titles.items():
        rows.append([title, *(percent(c.scores[score], nothing) for c in result.columns)])
        rows += interval_rows(result, result.columns, score, indent)
    return rows


def interval_rows(
    result: Result, columns: Sequence[ColumnScores], score: str, indent: str = '  '
) -> list[list[str]]:
    """Return the row of the intervals of a score, or no row where there are none."""
    if not any(score in column.intervals for column in columns):
        return []
    cells = (interval_text(column.intervals.get(score)) for column in columns)
    return [[f'{indent}{100 * result.level:g} %', *cells]]


def table_text(head: str, rows: list[list[str]], result: Result) -> str:
    """Return the text of a table, with what its intervals are in the head."""
    if result.resamples:
        head += f'; {100 * result.level:g} % intervals of {result.resamples} draws of images'
    return '\n'.join([head, *align(rows)])


def describe_size(result: Result, area: str) -> str:
    """Return how size is measured, for an area such as ``area of the mask``."""
    return SIZE_TEXTS[result.columns[0].size_bin.by].format(area)
