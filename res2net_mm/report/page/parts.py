"""What a report is made of, whatever was compared: the templates know these and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

#: The meaning of a difference, for its colour: b is better, b is worse, it may be noise, there are
#: too few objects to tell, there are no objects.
GAIN, LOSS, NOISE, FEW, NOTHING = 'gain', 'loss', 'noise', 'few', 'nothing'


@dataclass(frozen=True)
class Cell:
    """A cell of a table: text, a tone (one of the meanings above), and a second line."""

    text: str
    tone: str = ''
    detail: str = ''


@dataclass(frozen=True)
class Table:
    """A table; the first cell of a row names the row."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Figure:
    """A plot."""

    name: str  # of its file, without suffix
    alt: str  # what it shows, for readers who cannot see it
    caption: str  # how to read it
    svg: str  # for the page, whose style sheet colours runs and text
    png: bytes  # for everywhere else


@dataclass(frozen=True)
class Panel:
    """One image of a picture."""

    name: str  # of its file, without suffix
    caption: str
    alt: str
    jpeg: bytes


@dataclass(frozen=True)
class Picture:
    """Images that belong side by side: rows of panels."""

    caption: str
    rows: Sequence[Sequence[Panel]]


@dataclass(frozen=True)
class Part:
    """A heading and the content below it, in this order."""

    title: str
    text: Sequence[str] = ()
    tables: Sequence[Table] = ()
    figures: Sequence[Figure] = ()
    pictures: Sequence[Picture] = ()
    folded: bool = False  # whether long tables are closed until they are opened
    # Legends of the pictures by title: what each colour (#rrggbb) means, by its meaning.
    keys: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Card:
    """The answer for one size: which way the score went, and whether it is noise."""

    size: str
    limits: str
    tone: str
    word: str
    change: str
    detail: Sequence[str] = ()


@dataclass(frozen=True)
class Verdict:
    """One run against the first: a sentence, a card for each size, and a further sentence."""

    sentence: str
    cards: Sequence[Card]
    more: str = ''


@dataclass(frozen=True)
class Section:
    """Everything on one way of scoring."""

    name: str  # one word, unique in the report
    title: str  # the heading
    facts: str  # how the runs were scored
    verdicts: Sequence[Verdict]  # one for each run but the first, for the top of the page
    parts: Sequence[Part]  # the content below
    records: Sequence[Mapping[str, Any]]  # the numbers of all tables in full, for the CSV file


#: What came of a condition that fails a comparison.
FAILED, PASSED, SKIPPED = 'failed', 'passed', 'skipped'


@dataclass(frozen=True)
class Check:
    """What came of a condition for one model."""

    condition: str
    of: str  # what was compared and which model, for instance ``bbox: b against a``
    outcome: str  # one of those above
    message: str


@dataclass(frozen=True)
class Report:
    """A whole report."""

    title: str  # of the page
    runs: Sequence[str]  # names; the others are compared with the first
    sections: Sequence[Section]  # at least one
    parts: Sequence[Part] = ()  # what belongs to no section, such as training curves
    notes: Sequence[str] = ()  # what a reader of the numbers should know
    checks: Sequence[Check] = ()  # what came of the conditions that fail the comparison
