"""What was noticed in a folder of data, in a form that a report can print or count."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from res2net_mm.errors import UserError

LONGEST = 1000  # letters of an example


@dataclass(frozen=True)
class Finding:
    """Something in the data that its owner should know.

    Attributes:
        file: the file it is about.
        what: what is the matter, and what was done about it, as a phrase in the plural.
        count: how many times.
        examples: the first few, each naming its image.
        fix: what its owner should do about it; empty for a mere note.
    """

    file: Path
    what: str
    count: int
    examples: tuple[str, ...] = ()
    fix: str = ''

    def __str__(self):
        text = f'{self.file}: {self.what}: {self.count}'
        if self.examples:
            rest = ', ...' if self.count > len(self.examples) else ''
            text += f' ({", ".join(self.examples)}{rest})'
        return text

    def advice(self) -> str:
        """The finding as a line of a report, a problem with its fix below."""
        return f'PROBLEM {self}\n    fix: {self.fix}' if self.fix else f'note: {self}'


#: What is called with a fault that no training can begin with. It raises, or notes it and returns;
#: what is at fault is then left out.
OnFault = Callable[[Finding], None]


def stop_at(fault: Finding) -> None:
    """Ends a run that is about to train on faulty data.

    Raises:
        UserError: always.
    """
    raise UserError(f'{fault}. Fix: {fault.fix}.')


def first_few(items, limit: int = 3) -> tuple[str, ...]:
    """The first items as text, for examples in findings and errors."""
    return tuple(_shortened(str(item)) for item in list(items)[:limit])


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f'{text[:LONGEST]}...'
