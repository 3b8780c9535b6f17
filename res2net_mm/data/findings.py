"""What was noticed in a folder of data, in a form that a report can print or count."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Finding:
    """Something in the data that its owner should know, though training can go on.

    Attributes:
        file: the file it is about.
        what: what is the matter, and what was done about it, as a phrase in the plural.
        count: how many times.
        examples: the first few, each naming its image.
    """

    file: Path
    what: str
    count: int
    examples: tuple[str, ...] = ()

    def __str__(self):
        text = f'{self.file}: {self.what}: {self.count}'
        if self.examples:
            rest = ', ...' if self.count > len(self.examples) else ''
            text += f' ({", ".join(self.examples)}{rest})'
        return text


def first_few(items, limit: int = 3) -> tuple[str, ...]:
    """The first items as text, for examples in findings and errors."""
    return tuple(str(item) for item in list(items)[:limit])
