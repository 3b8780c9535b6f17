"""A result by object size as the paper's Table 6, for reading and for machines."""

import math
from collections.abc import Sequence
from pathlib import Path

from res2net_mm.evaluation.detection.average_precision import SCORES
from res2net_mm.evaluation.detection.protocols import PROTOCOLS
from res2net_mm.evaluation.detection.size_result import BinScores, SizeResult
from res2net_mm.evaluation.score_table import describe_size, score_rows, table_text
from res2net_mm.tables import align, percent
from res2net_mm.whole_file import write_json_file

NO_BOXES = 'no boxes'
_AREA_OF = {'mask': 'area of the mask', 'box': 'area of the box', 'annotation': 'area as annotated'}


def size_table(result: SizeResult) -> str:
    """Return AP, AP50, AP75, AR (in %) and the number of boxes; a column per bin and for all."""
    # VOC has one IoU, so that AP is AP50.
    rows = [score.name for score in SCORES if result.protocol == 'coco' or score.iou is None]
    counts = ['boxes', *(str(scores.boxes) for scores in result.columns)]
    return table_text(
        f'{result.iou_type}: AP and AR in % {describe(result)}',
        [*score_rows(result, dict(zip(rows, rows, strict=True)), NO_BOXES), counts],
        result,
    )


def describe(result: SizeResult) -> str:
    """Return how a result was scored: ``by object size (area of the mask), IoU 0.50:0.95, ...``."""
    most = max(result.overall.ar)
    limit = 'all' if math.isinf(most) else f'at most {most}'
    return (
        f'by object size ({describe_size(result, _AREA_OF[result.area_of])}), '
        f'{PROTOCOLS[result.protocol].title}, {limit} detections per image and class, '
        f'{result.images} images'
    )


def class_table(result: SizeResult, score: str = 'AP') -> str:
    """Return one score (in %) and the boxes of every class; a column per bin and for all."""

    def cell(scores: BinScores) -> str:
        value = scores.scores[score]
        return NO_BOXES if value is None else f'{percent(value, NO_BOXES)} ({scores.boxes})'

    rows = [['class', *(scores.size_bin.name for scores in result.columns)]]
    rows += [[scored.name, *map(cell, scored.columns)] for scored in result.classes]
    head = f'{result.iou_type}: {score} in % (and boxes) by class and object size'
    return '\n'.join([head, *align(rows)])


def write_json(results: Sequence[SizeResult], path: str | Path) -> Path:
    """Write results, keyed by iou_type, to a JSON file that is whole or not there."""
    return write_json_file({r.iou_type: r.to_dict() for r in results}, path)
