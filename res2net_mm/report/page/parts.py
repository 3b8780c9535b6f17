"""What a report is made of, whatever was compared: the templates know these and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

#: What a difference means, for its colour: b is better, b is worse, it may be noise, there are too
#: few objects to tell, there is none.
GAIN, LOSS, NOISE, FEW, NOTHING = 'gain', 'loss', 'noise', 'few', 'nothing'


@dataclass(frozen=True)
class Cell:
    """A cell of a table.

    Attributes:
        text: What it says.
        tone: One of the meanings above, for a difference.
        detail: A second line.
    """

    text: str
    tone: str = ''
    detail: str = ''


@dataclass(frozen=True)
class Table:
    """A table; the first cell of a row names it."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Figure:
    """A plot.

    Attributes:
        name: Of its file, without ending.
        alt: What it shows, for those who cannot see it.
        caption: How to read it.
        svg: For the page; colours of runs and text are those of the page.
        png: For everywhere else.
    """

    name: str
    alt: str
    caption: str
    svg: str
    png: bytes


@dataclass(frozen=True)
class Panel:
    """One image of a picture, as JPEG."""

    name: str
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
    """A heading and what stands under it, in this order."""

    title: str
    text: Sequence[str] = ()
    tables: Sequence[Table] = ()
    figures: Sequence[Figure] = ()
    pictures: Sequence[Picture] = ()
    folded: bool = False  # tables that are long
    # What colours (#rrggbb) of the pictures mean, each by its meaning; a title for each group.
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
    """One run against the first, in a sentence and in cards.

    Attributes:
        sentence: The answer.
        cards: The same for each size.
        more: A further sentence.
    """

    sentence: str
    cards: Sequence[Card]
    more: str = ''


@dataclass(frozen=True)
class Section:
    """Everything on one way of scoring.

    Attributes:
        name: Short, a word.
        title: For the heading.
        facts: How it was scored.
        verdicts: One for each run but the first; they stand at the top of the page.
        parts: What follows further down.
        records: The numbers of all tables in full, for the CSV file.
    """

    name: str
    title: str
    facts: str
    verdicts: Sequence[Verdict]
    parts: Sequence[Part]
    records: Sequence[Mapping]


@dataclass(frozen=True)
class Report:
    """A whole report.

    Attributes:
        title: Of the page.
        runs: Names of the runs, the first being what others are compared with.
        sections: At least one.
        parts: What belongs to no section, such as training curves.
        notes: What a reader of the numbers should know.
    """

    title: str
    runs: Sequence[str]
    sections: Sequence[Section]
    parts: Sequence[Part] = ()
    notes: Sequence[str] = field(default=())
