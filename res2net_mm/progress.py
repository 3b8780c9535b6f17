"""A bar for long work: live in a terminal, a line now and then in a log."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

Item = TypeVar('Item')


def track(items: Iterable[Item], what: str, *, total: int | None, shown: bool) -> Iterator[Item]:
    """The items, with progress on stderr while they are worked on.

    Args:
        items: To go through.
        what: What is being done.
        total: How many items there are; None if they know.
        shown: False for silence.
    """
    live = sys.stderr.isatty()
    return tqdm(
        items,
        desc=what,
        total=total,
        disable=not shown,
        leave=not live,
        delay=1,
        mininterval=0.2 if live else 10,
        maxinterval=0.2 if live else 10,
    )
