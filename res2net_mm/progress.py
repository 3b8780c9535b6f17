"""A progress bar: live in a terminal, a line now and then in a log."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

Item = TypeVar('Item')


def track(items: Iterable[Item], what: str, *, total: int | None, shown: bool) -> Iterator[Item]:
    """Yield the items, with progress on stderr if it is ``shown``.

    ``what`` says what is being done with them; without a ``total`` the items are asked for it.
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
