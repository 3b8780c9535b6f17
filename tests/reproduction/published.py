"""Compares the rows with numbers that a test lists by itself, as their sources print them."""

from collections import Counter

from res2net_mm.reproduction.rows import all_rows


def rows_of(*tables: str) -> list:
    return [row for row in all_rows() if row.table.key in tables]


def assert_holds(tables: str, numbers: str, *, count: int) -> None:
    """Check that the rows of some tables hold these numbers and no others, so many times each.

    ``count`` is the count of rows. Numbers compare as numbers, ``.910`` and ``0.91`` alike.
    """
    rows = rows_of(*tables.split())
    assert len(rows) == count
    held = Counter(float(value) for row in rows for value in row.expected.values())
    listed = Counter(map(float, numbers.split()))
    assert listed - held == Counter(), 'published numbers without a row'
    assert held - listed == Counter(), 'numbers in rows that are not published'


def value(row: str, metric: str) -> float:
    return next(float(r.expected[metric]) for r in all_rows() if r.name == row)
