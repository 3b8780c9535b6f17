"""What each kind of error costs by object size, as data, as a table and in a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from res2net_mm.evaluation.bootstrap import class_mean
from res2net_mm.evaluation.detection.errors.confusion import Confusion, confuse
from res2net_mm.evaluation.detection.errors.error_costs import AP, SPECIAL, ErrorCosts
from res2net_mm.evaluation.detection.errors.error_kinds import KINDS, Errors, find_errors
from res2net_mm.evaluation.detection.matches import Matches
from res2net_mm.evaluation.result import (
    ClassScores,
    ColumnScores,
    ImageScores,
    Result,
    ScoreOf,
    interval_rows,
    table_text,
)
from res2net_mm.evaluation.size_bins import ALL, MEASURES
from res2net_mm.tables import percent

_NOTHING = 'no boxes'


@dataclass(frozen=True, kw_only=True)
class ErrorScores(ColumnScores):
    """AP50 of one size bin and what each kind of error costs of it, in 0..1.

    Attributes:
        boxes: Ground-truth objects in the bin.
        errors: Number of errors by kind; None for a single class.
    """

    boxes: int
    errors: Mapping[str, int] | None = None

    ap50 = ScoreOf(AP)

    @property
    def counts(self) -> dict[str, int]:
        return {'boxes': self.boxes}

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        errors = {} if self.errors is None else {'errors': dict(self.errors)}
        return {**super().to_dict(), **errors}


@dataclass(frozen=True, kw_only=True)
class ErrorResult(Result[ErrorScores]):
    """Costs of the errors of one set of detections.

    Attributes:
        iou_type: ``bbox`` or ``segm``.
        confusion: Which class is taken for which.
        costs: What they were scored from; like ``found``, takes no part in equality.
        found: The errors themselves.
    """

    iou_type: str
    confusion: Confusion = field(compare=False, repr=False)
    costs: ErrorCosts = field(compare=False, repr=False)
    found: Errors = field(compare=False, repr=False)

    def image_scores(self) -> ImageScores:
        return self.costs

    def agreement(self, other: 'ErrorResult') -> dict[str, bool]:
        a, b = self.costs, other.costs
        return {
            'iou_type': self.iou_type == other.iou_type,
            'bins': a.columns == b.columns,
            'images': list(a.matches.image_ids) == list(b.matches.image_ids),
            'classes': a.categories == b.categories,
        }

    def to_dict(self) -> dict[str, Any]:
        names = [column.size_bin.name for column in (self.overall, *self.bins)]
        return {**super().to_dict(), 'confusion': self.confusion.to_dict(names)}


def error_result(matches: Matches, *, iou_type: str) -> ErrorResult:
    """Return the costs of the errors of matches that carry the pairs of all classes."""
    found = find_errors(matches)
    costs = ErrorCosts(matches, found)
    (scores,), objects = costs.class_scores(), costs.class_objects()  # (S, A, K), (A, K)
    of_kinds = [dict(zip(KINDS, found.counts(a), strict=True)) for a in range(len(objects))]

    def column(a: int, values: np.ndarray, boxes: int, **more: Any) -> ErrorScores:
        there = bool(not np.isnan(values[0]))
        # A mended error may lose where equal scores change places; TIDE calls that no cost, too. A
        # cost is a difference of two areas, which may leave a hair of zero.
        numbers = np.where(values > 1e-9, values, 0).tolist() if there else [None] * len(values)
        named = dict(zip(costs.names, numbers, strict=True))
        return ErrorScores(size_bin=costs.columns[a], scores=named, boxes=boxes, **more)

    means = class_mean(scores)
    overall, *bins = (
        column(a, means[:, a], int(objects[a].sum()), errors=of_kinds[a])
        for a in range(len(objects))
    )
    classes = tuple(
        ClassScores.of(
            name,
            [column(a, scores[:, a, k], int(objects[a, k])) for a in range(len(objects))],
        )
        for k, name in enumerate(costs.categories)
    )
    return ErrorResult(
        iou_type=iou_type,
        overall=overall,
        bins=tuple(bins),
        images=costs.images,
        classes=classes,
        confusion=confuse(matches),
        costs=costs,
        found=found,
    )


def error_table(result: ErrorResult) -> str:
    """Return a sentence, and what each kind costs (in points of AP50, and the number of errors)."""
    columns = result.columns
    rows = [
        ['', *(column.size_bin.name for column in columns)],
        [MEASURES[columns[0].size_bin.by], *(column.size_bin.limits for column in columns)],
        [f'{AP}, %', *(percent(column.ap50, _NOTHING) for column in columns)],
    ]
    for name in (*KINDS, *SPECIAL):
        rows.append([name, *(_cost(column, name) for column in columns)])
        rows += interval_rows(result, columns, name, '  ')
    rows.append(['boxes', *(str(column.boxes) for column in columns)])
    head = (
        f'{result.iou_type}: points of {AP} that each kind of error costs (and number of errors), '
        'by object size'
    )
    said = [sentence for column in columns if (sentence := worst_kind(column))]
    return '\n'.join([*said, table_text(head, rows, result), *_confusions(result)])


def _confusions(result: ErrorResult) -> list[str]:
    """Return lines on the most frequent confusions of classes in each column, if there are any."""
    lines = []
    for a, column in enumerate((result.overall, *result.bins)):
        worst = result.confusion.worst(a)
        if worst:
            said = ', '.join(f'{name} as {other} {n}' for n, name, other in worst)
            lines.append(f'  {column.size_bin.name}: {said}')
    if lines:
        score = f'scores of at least {result.confusion.score:.2f}, the best F1'
        lines = [f'classes taken for others most often ({score}):', *lines[1:], lines[0]]
    return lines


def worst_kind(column: ErrorScores) -> str:
    """Return the kind that costs most in a bin, as a sentence; empty without objects."""
    ranked = sorted(
        ((column.scores[kind], kind) for kind in KINDS if column.scores[kind] is not None),
        key=lambda cost: -(cost[0] or 0),
    )
    if not ranked:
        return ''
    size = 'All objects' if column.size_bin.name == ALL else f'{column.size_bin.name} objects'
    size = size[0].upper() + size[1:]
    (most, kind), (second, other) = ranked[:2]
    if percent(most, '') == '0.0':
        return f'{size}: no kind of error costs {AP}.'
    said = f'{size}: {kind} costs {percent(most, "")} {AP}'
    if percent(second, '') == '0.0':
        return f'{said}, and no other kind of error costs any.'
    return f'{said}, more than any other kind of error (then {other}, {percent(second, "")}).'


def _cost(column: ErrorScores, name: str) -> str:
    cost = percent(column.scores[name], _NOTHING)
    if column.errors is None or name in SPECIAL or column.scores[name] is None:
        return cost
    return f'{cost} ({column.errors[name]})'
