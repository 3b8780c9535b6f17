"""What is wrong with the input of an evaluation, one line each, with counts."""

from collections.abc import Callable

import numpy as np

from res2net_mm.errors import UserError

#: ``stop``: nothing is evaluated; ``skip``: what is unusable is left out, the rest is evaluated.
ON_ERROR = ('stop', 'skip')


class Faults:
    """Collects faults of a list of entries, so that all of them are told at once.

    Args:
        name: What the entries are called, such as the file they come from.
        entries: What they are, in the plural.
        total: How many there are.
        on_error: One of :data:`ON_ERROR`.

    Raises:
        UserError: If ``on_error`` is not known.
    """

    def __init__(self, name: str, entries: str, total: int, on_error: str):
        check_on_error(on_error)
        self.name, self.entries, self.total, self.on_error = name, entries, total, on_error
        self.usable = np.ones(total, dtype=bool)
        self.lines: list[str] = []
        self.stop = False

    def add(
        self,
        bad: np.ndarray,
        what: str,
        show: Callable[[int], object],
        *,
        keep: bool = False,
        stop: bool = True,
    ) -> None:
        """Note the entries that are bad; one that is unusable already is not counted again.

        Args:
            bad: Which entries, (total,) bool.
            what: What they do wrong, a phrase that follows 'N of M entries'.
            show: Returns what to show of the entry at an index.
            keep: Whether these are left in where the evaluation goes on.
            stop: Whether ``stop`` stops because of them.
        """
        bad = np.asarray(bad, dtype=bool) & self.usable
        if not bad.any():
            return
        stop = stop and self.on_error == 'stop'
        self.stop |= stop
        fate = '' if stop else '; kept' if keep else '; left out'
        self.lines.append(
            f'{self.name}: {np.count_nonzero(bad)} of {self.total} {self.entries} {what}{fate}; '
            f'the first is {show(int(bad.argmax()))}'
        )
        if not keep:
            self.usable &= ~bad

    def settle(self) -> tuple[np.ndarray, tuple[str, ...]]:
        """Indices of the entries to go on with, and the lines to tell.

        Raises:
            UserError: If ``stop`` has cause to stop; a line for each fault.
        """
        if self.stop:
            raise UserError('\n'.join(self.lines))
        return np.flatnonzero(self.usable), tuple(self.lines)


def check_on_error(on_error: str) -> None:
    if on_error not in ON_ERROR:
        raise UserError(f'on_error must be one of {", ".join(ON_ERROR)}, got {on_error!r}')
