"""Rows of cells as aligned text, and scores as cells."""

from collections.abc import Sequence


def align(rows: Sequence[Sequence[str]], sides: str = '<') -> list[str]:
    """Return the rows as lines in which each column is as wide as its widest cell.

    ``sides`` has ``<`` or ``>`` for each column, the side to which its cells are aligned; columns
    beyond it are aligned to the right.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    columns = zip(sides.ljust(len(widths), '>'), widths, strict=True)
    line = '  '.join(f'{{:{side}{width}}}' for side, width in columns)
    return [line.format(*row).rstrip() for row in rows]


def percent(score: float | None, nothing: str) -> str:
    """Return a score of 0..1 in %, or ``nothing`` for None."""
    return nothing if score is None else f'{100 * score:.1f}'


def interval_text(interval: tuple[float, float] | None) -> str:
    """Return an interval of scores in %, or an empty string for None."""
    return '' if interval is None else f'{100 * interval[0]:.1f}..{100 * interval[1]:.1f}'
