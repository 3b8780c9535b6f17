"""A progress bar: live in a terminal, a line now and then in a log."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

Item = TypeVar('Item')


def track(items: Iterable[Item], what: str, *, total: int | None, shown: bool) -> Iterator[Item]:
    """Yield the items, with progress on stderr.

    Args:
        items: The items.
        what: What is being done with them.
        total: Number of items; None to ask the items for it.
        shown: Whether to show progress.
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
