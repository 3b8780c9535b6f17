"""AP and AR by object size, as data and as the paper's Table 6."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from res2net_mm.evaluation.detection.average_precision import SCORES, AveragePrecision
from res2net_mm.evaluation.detection.confidence.thresholds import thresholds_by_size
from res2net_mm.evaluation.detection.errors.error_result import ErrorResult
from res2net_mm.evaluation.detection.matches import Matches
from res2net_mm.evaluation.detection.protocols import PROTOCOLS
from res2net_mm.evaluation.result import (
    ColumnScores,
    Result,
    ScoreOf,
    describe_size,
    score_cell,
    score_rows,
    table_text,
)
from res2net_mm.evaluation.size_bins import COCO_BINS
from res2net_mm.tables import align
from res2net_mm.whole_file import write_json_file

NO_BOXES = 'no boxes'
_AREA_OF = {'mask': 'area of the mask', 'box': 'area of the box', 'annotation': 'area as annotated'}


@dataclass(frozen=True, kw_only=True)
class BinScores(ColumnScores):
    """Scores of the objects in one size bin.

    Attributes:
        boxes: Ground-truth objects in it; crowds and ignored (difficult) ones are not counted.
        ar: Average recall by the number of detections per image and class that count.
    """

    boxes: int
    ar: Mapping[float, float | None]

    ap = ScoreOf('AP')  # average precision, mean over the protocol's IoU thresholds
    ap50 = ScoreOf('AP50')  # at IoU 0.50
    ap75 = ScoreOf('AP75')  # at IoU 0.75
    ar_most = ScoreOf('AR')  # average recall for the largest number of detections

    @property
    def counts(self) -> dict[str, int]:
        return {'boxes': self.boxes}

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        by_limit = {'all' if math.isinf(n) else str(n): value for n, value in self.ar.items()}
        return {**super().to_dict(), 'AR': by_limit}


@dataclass(frozen=True, kw_only=True)
class SizeResult(Result[BinScores]):
    """Scores of one set of detections.

    Attributes:
        iou_type: ``bbox``, ``segm`` or ``keypoints``.
        area_of: What the size is measured on: ``mask``, ``box`` or ``annotation``.
        protocol: ``coco``, ``voc07`` or ``voc12``.
        errors: What each kind of error costs, if it was asked for.
        matches: What the scores were made from, for curves and comparisons; takes no part in
            equality and in the JSON file.
    """

    iou_type: str
    area_of: str
    detections: int
    protocol: str = 'coco'
    errors: ErrorResult | None = None
    matches: Matches | None = field(default=None, compare=False, repr=False)

    @property
    def coco_stats(self) -> tuple[float | None, ...]:
        """The twelve ``stats`` of pycocotools in its order, None for its -1.

        Raises:
            ValueError: If the result was made with other bins or limits than COCO's.
        """
        overall, bins = self.overall, self.bins
        made = self.protocol, self.size_bins, set(overall.ar)
        if made != ('coco', COCO_BINS, {1, 10, 100}):
            raise ValueError("the twelve COCO numbers need COCO's bins and max_dets (1, 10, 100)")
        return (
            *(overall.ap, overall.ap50, overall.ap75),
            *(scores.ap for scores in bins),
            *(overall.ar[1], overall.ar[10], overall.ar[100]),
            *(scores.ar[100] for scores in bins),
        )

    def image_scores(self) -> AveragePrecision:
        return AveragePrecision(matches_of(self))

    def agreement(self, other: 'SizeResult') -> dict[str, bool]:
        a, b = matches_of(self), matches_of(other)
        same = {
            'iou_type': self.iou_type == other.iou_type,
            'protocol': self.protocol == other.protocol,
            'bins': a.columns == b.columns,
            'max_dets': a.max_dets == b.max_dets,
            'images': list(a.image_ids) == list(b.image_ids),
            'classes': a.categories == b.categories,
        }
        if all(same.values()):
            same['ground-truth objects or area_of'] = all(
                np.array_equal(getattr(a.truth, name), getattr(b.truth, name), equal_nan=True)
                for name in ('image', 'category', 'area')
            )
        return same

    def to_dict(self) -> dict[str, Any]:
        return {
            'iou_type': self.iou_type,
            'protocol': self.protocol,
            'iou': [0.5, 0.95 if self.protocol == 'coco' else 0.5],
            'area_of': self.area_of,
            'images': self.images,
            'detections': self.detections,
            **super().to_dict(),
            **({} if self.matches is None else {'thresholds': _thresholds(self.matches)}),
            **({} if self.errors is None else {'errors': self.errors.to_dict()}),
        }


def _thresholds(matches: Matches) -> list[dict[str, Any]]:
    return [threshold.to_dict() for threshold in thresholds_by_size(matches)]


def matches_of(result: SizeResult) -> Matches:
    """Return the matches of a result; raise ValueError if it carries none."""
    if result.matches is None:
        raise ValueError('the result carries no matches: use one that evaluate_by_size returned')
    return result.matches


def size_table(result: SizeResult) -> str:
    """Return AP, AP50, AP75, AR (in %) and the number of boxes; a column per bin and for all."""
    # VOC has one IoU, so that AP is AP50.
    rows = [score.name for score in SCORES if result.protocol == 'coco' or score.iou is None]
    counted = 'objects' if result.iou_type == 'keypoints' else 'boxes'
    table = score_rows(result, {name: name for name in rows}, f'no {counted}')
    table.append([counted, *(str(scores.boxes) for scores in result.columns)])
    return table_text(f'{result.iou_type}: AP and AR in % {describe(result)}', table, result)


def describe(result: SizeResult) -> str:
    """Return how a result was scored: ``by object size (area of the mask), IoU 0.50:0.95, ...``."""
    title = PROTOCOLS[result.protocol].title.replace('IoU', overlap_name(result.iou_type))
    most = max(result.overall.ar)
    limit = 'all' if math.isinf(most) else f'at most {most}'
    return (
        f'by object size ({describe_size(result, _AREA_OF[result.area_of])}), '
        f'{title}, {limit} detections per image and class, '
        f'{result.images} images'
    )


def overlap_name(iou_type: str) -> str:
    """Return what the overlap of detections and objects is called."""
    return 'OKS' if iou_type == 'keypoints' else 'IoU'


def class_table(result: SizeResult, score: str = 'AP') -> str:
    """Return one score (in %) and the boxes of every class; a column per bin and for all."""
    rows = [['class', *(scores.size_bin.name for scores in result.columns)]]
    for scored in result.classes:
        cells = (score_cell(c.scores[score], c.boxes, NO_BOXES) for c in scored.columns)
        rows.append([scored.name, *cells])
    head = f'{result.iou_type}: {score} in % (and boxes) by class and object size'
    return '\n'.join([head, *align(rows)])


def write_json(results: Sequence[SizeResult], path: str | Path) -> Path:
    """Write results, keyed by iou_type, to a JSON file that is whole or not there."""
    return write_json_file({r.iou_type: r.to_dict() for r in results}, path)
