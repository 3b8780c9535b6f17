"""Rows of cells as aligned text, and scores as cells."""


def align(rows: list[list[str]]) -> list[str]:
    """Lines of one width per column; the first column to the left, the rest to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        '  '.join(
            [
                row[0].ljust(widths[0]),
                *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True)),
            ]
        ).rstrip()
        for row in rows
    ]


def percent(score: float | None, nothing: str) -> str:
    """A score of 0..1 in %, ``nothing`` for None."""
    return nothing if score is None else f'{100 * score:.1f}'


def interval_text(interval: tuple[float, float] | None) -> str:
    """An interval of scores in %, empty for None."""
    return '' if interval is None else f'{100 * interval[0]:.1f}..{100 * interval[1]:.1f}'
