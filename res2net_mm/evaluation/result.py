"""Scores by size, for boxes and regions alike: as data, and as rows of a table."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

import numpy as np

from res2net_mm.evaluation.size_bins import MEASURES, SIZE_TEXTS, SizeBin, short_name
from res2net_mm.tables import align, interval_text, percent


class Column(Protocol):
    """What a table shows in one of its columns: a size bin, or all sizes."""

    def to_dict(self) -> dict[str, Any]: ...


C = TypeVar('C', bound=Column)


class ScoreOf:
    """An attribute of ``ColumnScores``: the score of a name."""

    def __init__(self, name: str):
        self.name = name

    def __get__(self, column: 'ColumnScores', kind: type) -> float | None:
        return column.scores[self.name]


@dataclass(frozen=True, kw_only=True)
class ColumnScores:
    """Scores in one size bin, or of all sizes.

    Attributes:
        scores: Scores in 0..1 by name; None where the bin is empty, or the protocol has no such
            score.
        intervals: Confidence interval (low, high) by name of the score, if it was asked for.
    """

    size_bin: SizeBin
    scores: Mapping[str, float | None]
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """What lies in the bin, by name."""
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        intervals = {name: list(interval) for name, interval in self.intervals.items()}
        return {
            **self.size_bin.to_dict(),
            **self.counts,
            **self.scores,
            **({'intervals': intervals} if intervals else {}),
        }


@dataclass(frozen=True, kw_only=True)
class BySize(Generic[C]):
    """Values of all sizes and of each size bin."""

    overall: C
    bins: tuple[C, ...]

    @property
    def columns(self) -> tuple[C, ...]:
        """The size bins, then all sizes, as in a table."""
        return (*self.bins, self.overall)


@dataclass(frozen=True, kw_only=True)
class ClassScores(BySize[C]):
    """One class, overall and per size bin."""

    name: str

    @classmethod
    def of(cls, name: str, columns: Sequence[C]) -> 'ClassScores[C]':
        """Build from columns, the one of all sizes first."""
        return cls(name=name, overall=columns[0], bins=tuple(columns[1:]))

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {'name': self.name, 'scores': [column.to_dict() for column in self.columns]}


class ImageScores(ABC):
    """What a run is scored from, so that images can count more or less often."""

    names: tuple[str, ...]  # of the S scores
    columns: tuple[SizeBin, ...]  # C of them, that of all sizes first
    categories: tuple[str, ...]  # names of the K classes
    images: int  # N
    lower: frozenset[str] = frozenset()  # names of the scores of which lower is better
    at_once: int = 1  # draws to score at once, a compromise between speed and memory

    @abstractmethod
    def class_scores(self, weights: np.ndarray | None = None) -> np.ndarray:
        """Return (W, S, C, K) scores where images count as (W, N) weights say; nan for none.

        Without weights each image counts once, and W is 1.
        """

    @abstractmethod
    def class_objects(self) -> np.ndarray:
        """Return the (C, K) numbers of ground-truth objects."""


S = TypeVar('S', bound=ColumnScores)


@dataclass(frozen=True, kw_only=True)
class Result(BySize[S]):
    """Scores of one set of predictions.

    Attributes:
        overall: Mean over the classes, for all sizes; ``bins``, in each size bin.
        classes: The classes, in the order of the ground truth.
        notes: What a reader should know, one sentence each.
        resamples: How many times images were drawn for the intervals; 0 for no intervals.
        level: Probability that an interval covers.
    """

    images: int
    classes: tuple[ClassScores[S], ...]
    notes: tuple[str, ...] = ()
    resamples: int = 0
    level: float = 0.95

    @property
    def size_bins(self) -> tuple[SizeBin, ...]:
        """The bins that the result is scored in."""
        return tuple(scores.size_bin for scores in self.bins)

    @property
    def named_columns(self) -> list[tuple[str, S]]:
        """The columns with the ends of their metric keys: none for all sizes, ``_s`` for small."""
        return [('', self.overall), *((f'_{short_name(b.size_bin)}', b) for b in self.bins)]

    def image_scores(self) -> ImageScores:
        """Return what the result was scored from; raise ValueError if it does not carry it."""
        raise NotImplementedError

    def agreement(self, other: Any) -> dict[str, bool]:
        """Return what must be alike in two results to compare them, and whether it is."""
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values: scores in 0..1, null where a bin is empty."""
        return {
            'images': self.images,
            'resamples': self.resamples,
            'level': self.level if self.resamples else None,
            'scores': [scores.to_dict() for scores in self.columns],
            'classes': [scored.to_dict() for scored in self.classes],
            'notes': list(self.notes),
        }


def named_scores(names: Sequence[str], values: np.ndarray) -> dict[str, float | None]:
    """Return (S,) scores by name, None for nan."""
    pairs = zip(names, values.tolist(), strict=True)
    return {name: None if math.isnan(value) else value for name, value in pairs}


def score_rows(
    result: Result, titles: Mapping[str, str], nothing: str, indent: str = '  '
) -> list[list[str]]:
    """Return rows of a table: names and limits of the bins, then scores with their intervals.

    ``titles`` are those of the rows by name of the score, ``nothing`` is the text of no score, and
    rows of intervals begin with ``indent``.
    """
    bins = [column.size_bin for column in result.columns]
    rows = [
        ['', *(size_bin.name for size_bin in bins)],
        [MEASURES[bins[0].by], *(size_bin.limits for size_bin in bins)],
    ]
    for score, title in titles.items():
        rows.append([title, *(percent(c.scores[score], nothing) for c in result.columns)])
        rows += interval_rows(result, result.columns, score, indent)
    return rows


def score_cell(score: float | None, count: int, nothing: str) -> str:
    """Return a score in % with the number of objects that it is of."""
    return nothing if score is None else f'{percent(score, nothing)} ({count})'


def interval_rows(
    result: Result, columns: Sequence[ColumnScores], score: str, indent: str
) -> list[list[str]]:
    """Return the row of the intervals of a score, or no row where there are none."""
    if not any(score in column.intervals for column in columns):
        return []
    cells = (interval_text(column.intervals.get(score)) for column in columns)
    return [[f'{indent}{100 * result.level:g} %', *cells]]


def table_text(head: str, rows: list[list[str]], result: Result) -> str:
    """Return a table as text; its head also says what the intervals are."""
    if result.resamples:
        head += f'; {100 * result.level:g} % intervals of {result.resamples} draws of images'
    return '\n'.join([head, *align(rows)])


def describe_size(result: Result, area: str) -> str:
    """Return how size is measured, for an area such as ``area of the mask``."""
    return SIZE_TEXTS[result.columns[0].size_bin.by].format(area)
