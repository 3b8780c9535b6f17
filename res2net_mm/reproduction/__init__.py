"""Every published number of Res2Net: its source, and how to get it here."""

from .rows import find_rows
from .run import reproduce, reproduce_each
from .sheet import describe, listing, sheet, write_sheet

__all__ = [
    'describe',
    'find_rows',
    'listing',
    'reproduce',
    'reproduce_each',
    'sheet',
    'write_sheet',
]
