"""What a check of one part of an environment finds, and checks that cannot crash the doctor."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """What was found of one part; ``str()`` gives one line, or two with a problem."""

    part: str
    found: str  # its state, or the problem
    fix: str = ''  # how to solve the problem, if there is one

    @property
    def ok(self) -> bool:
        """Whether there is no problem."""
        return not self.fix

    def __str__(self) -> str:
        line = f'{"OK" if self.ok else "PROBLEM":<7}  {self.part:<14} {self.found}'
        return line if self.ok else f'{line}\n{"":<9}{"fix:":<14} {self.fix}'


Check = Callable[[], Iterable[Finding]]


def run_checks(checks: Mapping[str, Check]) -> Iterator[Finding]:
    """Yield the findings of each check as they come; an exception of a check is a problem."""
    for part, check in checks.items():
        try:
            yield from check()
        except Exception as error:  # whatever a broken environment raises
            found = f'{type(error).__name__}: {str(error).strip() or "no message"}'
            fix = 'solve what the message names, or set up anew by `make setup` in a checkout'
            yield Finding(part, found, fix)
