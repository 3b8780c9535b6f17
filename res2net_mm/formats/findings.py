"""What readers and checks find in data, how it is collected, and how it is printed."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from res2net_mm.errors import UserError

LONGEST = 1000  # letters of an example
EXAMPLES = 3  # kept of a finding

#: ``stop``: nothing is evaluated; ``skip``: what is unusable is left out, the rest is evaluated.
ON_ERROR = ('stop', 'skip')


class Severity(IntEnum):
    """How much a finding matters."""

    NOTE = 0  # harmless, or mended
    PROBLEM = 1  # the owner of the data should act; training can begin all the same
    ERROR = 2  # no training can begin


NOTE, PROBLEM, ERROR = Severity


@dataclass(frozen=True)
class Finding:
    """Something in the data that its owner should know.

    Attributes:
        file: The file or folder it is about.
        name: What was found, and what was done about it, as a phrase in the plural.
        severity: How much it matters.
        count: How many times it was found.
        examples: The first few, each naming its image.
        fix: What the owner should do; empty for a note.
    """

    file: Path
    name: str
    severity: Severity
    count: int
    examples: tuple[str, ...] = ()
    fix: str = ''

    def __str__(self) -> str:
        text = f'{self.file}: {self.name}: {self.count}'
        if self.examples:
            rest = ', ...' if self.count > len(self.examples) else ''
            text += f' ({", ".join(self.examples)}{rest})'
        return text


class Findings(list[Finding]):
    """The findings about one folder, in the order in which they were made.

    Args:
        stop: Whether an error raises UserError, as before training. Otherwise errors are collected
            like the rest, and readers go on without what is at fault.
    """

    def __init__(self, *, stop: bool = True) -> None:
        super().__init__()
        self.stop = stop

    def add(
        self,
        severity: Severity,
        file: Path,
        name: str,
        items: Iterable[object] = (),
        fix: str = '',
        *,
        count: int | None = None,
    ) -> None:
        """Add a finding.

        Args:
            severity: How much it matters.
            file: The file or folder it is about.
            name: What was found, as a phrase in the plural.
            items: Where it was found; the first few are the examples. Without items and without a
                count there is nothing to add.
            fix: What the owner of the data should do.
            count: How many were found, where that is not the number of items.

        Raises:
            UserError: It is an error, and these findings stop at one.
        """
        items = list(items)
        if not items and count is None:
            return
        number = len(items) if count is None else count
        self.take(Finding(file, name, severity, number, first_few(items), fix))

    def take(self, finding: Finding) -> None:
        """Add a finding that was made elsewhere.

        Raises:
            UserError: It is an error, and these findings stop at one.
        """
        if finding.severity == ERROR and self.stop:
            raise UserError(f'{finding}. Fix: {finding.fix}.')
        self.append(finding)


def describe(findings: Iterable[Finding]) -> list[str]:
    """Return the lines of a report: notes first, then each problem with its fix below."""
    ordered = sorted(findings, key=lambda finding: finding.severity > NOTE)
    return [
        f'PROBLEM {finding}\n    fix: {finding.fix}' if finding.severity else f'note: {finding}'
        for finding in ordered
    ]


def first_few(items: Iterable[object], limit: int = EXAMPLES) -> tuple[str, ...]:
    """Return the first items as text, for examples in findings and errors."""
    texts = map(str, islice(items, limit))
    return tuple(text if len(text) <= LONGEST else f'{text[:LONGEST]}...' for text in texts)


class Faults:
    """Faults of a list of entries, collected so that all of them are reported at once.

    Args:
        name: What holds the entries, such as the name of their file.
        entries: What they are, in the plural.
        total: How many there are.
        on_error: One of :data:`ON_ERROR`.

    Raises:
        UserError: ``on_error`` is not known.
    """

    def __init__(self, name: str, entries: str, total: int, on_error: str) -> None:
        check_on_error(on_error)
        self.name, self.entries, self.total, self.on_error = name, entries, total, on_error
        self.usable = np.ones(total, dtype=bool)
        self.found: list[Finding] = []

    def add(
        self,
        bad: Sequence[bool] | npt.NDArray[np.bool_],
        what: str,
        show: Callable[[int], object],
        *,
        keep: bool = False,
        stop: bool = True,
    ) -> None:
        """Add a fault; an entry that is unusable already is not counted again.

        Args:
            bad: Which entries have it, (total,) bool.
            what: The fault, a phrase that follows 'N of M entries'.
            show: Returns what to show of the entry at an index.
            keep: Whether the entries stay in where the evaluation goes on.
            stop: Whether ``stop`` stops because of them.
        """
        faulty = np.asarray(bad, dtype=bool) & self.usable
        if not faulty.any():
            return
        severity = PROBLEM
        if stop and self.on_error == 'stop':
            severity = ERROR
        else:
            what += '; kept' if keep else '; left out'
        count, example = np.count_nonzero(faulty), str(show(int(faulty.argmax())))
        self.found.append(Finding(Path(self.name), what, severity, count, (example,)))
        if not keep:
            self.usable &= ~faulty

    def settle(self) -> tuple[npt.NDArray[np.int64], tuple[str, ...]]:
        """Return the indices of the entries to go on with, and a line for each fault.

        Raises:
            UserError: ``stop`` has cause to stop; a line for each fault.
        """
        lines = tuple(
            f'{self.name}: {fault.count} of {self.total} {self.entries} {fault.name}; the first is '
            f'{fault.examples[0]}'
            for fault in self.found
        )
        if any(fault.severity == ERROR for fault in self.found):
            raise UserError('\n'.join(lines))
        return np.flatnonzero(self.usable), lines


def check_on_error(on_error: str) -> None:
    """Raise UserError unless ``on_error`` is one of :data:`ON_ERROR`."""
    if on_error not in ON_ERROR:
        raise UserError(f'on_error must be one of {", ".join(ON_ERROR)}, got {on_error!r}')
