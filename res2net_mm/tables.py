"""Rows of cells as aligned text, and scores as cells."""

from collections.abc import Sequence


def align(rows: Sequence[Sequence[str]], sides: str = '<') -> list[str]:
    """Return the rows as lines in which each column is as wide as its widest cell.

    Args:
        rows: The cells; every row has as many.
        sides: ``<`` or ``>`` for each column, the side that its cells are aligned to; columns that
            are not mentioned are aligned to the right.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    columns = list(zip(sides.ljust(len(widths), '>'), widths, strict=True))
    return [
        '  '.join(
            f'{cell:{side}{w}}' for cell, (side, w) in zip(row, columns, strict=True)
        ).rstrip()
        for row in rows
    ]


def percent(score: float | None, nothing: str) -> str:
    """Return a score of 0..1 in %, or ``nothing`` for None."""
    return nothing if score is None else f'{100 * score:.1f}'


def interval_text(interval: tuple[float, float] | None) -> str:
    """Return an interval of scores in %, or an empty string for None."""
    return '' if interval is None else f'{100 * interval[0]:.1f}..{100 * interval[1]:.1f}'
