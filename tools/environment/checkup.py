"""What a look at one part of an environment gives, and running looks so that none can crash."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """What was found of one part.

    Attributes:
        part: what was looked at.
        found: what it is, or what is the matter with it.
        fix: what to do about it; empty where all is well.
    """

    part: str
    found: str
    fix: str = ''

    @property
    def well(self) -> bool:
        """Whether nothing has to be done."""
        return not self.fix

    def __str__(self):
        line = f'{"OK" if self.well else "PROBLEM":<7}  {self.part:<14} {self.found}'
        return line if self.well else f'{line}\n{"":<9}{"fix:":<14} {self.fix}'


Look = Callable[[], Iterable[Result]]


def run_looks(looks: dict[str, Look]) -> Iterator[Result]:
    """Yields the results of each look as they come; one that fails is itself a problem."""
    for part, look in looks.items():
        try:
            yield from look()
        except Exception as error:  # whatever a broken environment raises is what is to be said
            found = f'{type(error).__name__}: {str(error).strip() or "no message"}'
            yield Result(part, found, 'mend what the message names; `make setup` sets all up anew')
