"""A result by object size as the paper's Table 6, for reading and for machines."""

import math
from collections.abc import Sequence
from pathlib import Path

from res2net_mm.evaluation.detection.protocols import PROTOCOLS
from res2net_mm.evaluation.detection.size_result import BinScores, SizeResult
from res2net_mm.evaluation.size_bins import MEASURES, SIZE_TEXTS
from res2net_mm.tables import align, interval_text, percent
from res2net_mm.whole_file import write_json_file

NO_BOXES = 'no boxes'
_AREA_OF = {
    'mask': 'area of the mask',
    'box': 'area of the box',
    'annotation': 'area as annotated',
}


def size_table(result: SizeResult) -> str:
    """AP, AP50, AP75, AR (in %) and the number of boxes; a column per bin and one for all."""
    columns = (*result.bins, result.overall)
    by = columns[0].size_bin.by
    rows = [
        ['', *(s.size_bin.name for s in columns)],
        [MEASURES[by], *(s.size_bin.limits for s in columns)],
    ]
    # VOC has one IoU, so that AP is AP50 and there is no AP75.
    for score in ('AP', 'AP50', 'AP75', 'AR') if result.protocol == 'coco' else ('AP', 'AR'):
        rows.append([score, *(percent(_score(s, score), NO_BOXES) for s in columns)])
        if result.resamples:
            cells = (interval_text(s.intervals.get(score)) for s in columns)
            rows.append([f'  {100 * result.level:g} %', *cells])
    rows.append(['boxes', *(str(s.boxes) for s in columns)])
    head = f'{result.iou_type}: AP and AR in % {describe(result)}'
    if result.resamples:
        head += f'; {100 * result.level:g} % intervals of {result.resamples} draws of images'
    return '\n'.join([head, *align(rows)])


def describe(result: SizeResult) -> str:
    """How a result was scored: ``by object size (area of the mask), IoU 0.50:0.95, ...``."""
    size = SIZE_TEXTS[(*result.bins, result.overall)[0].size_bin.by]
    most = max(result.overall.ar)
    limit = 'all' if math.isinf(most) else f'at most {most}'
    return (
        f'by object size ({size.format(_AREA_OF[result.area_of])}), '
        f'{PROTOCOLS[result.protocol].title}, {limit} detections per image and class, '
        f'{result.images} images'
    )


def class_table(result: SizeResult, score: str = 'AP') -> str:
    """AP or AR (in %) and boxes of every class: a row per class, a column per bin and for all."""

    def cell(scores: BinScores) -> str:
        value = _score(scores, score)
        return NO_BOXES if value is None else f'{percent(value, NO_BOXES)} ({scores.boxes})'

    rows = [['class', *(s.size_bin.name for s in (*result.bins, result.overall))]]
    for scored in result.classes:
        rows.append([scored.name, *(cell(s) for s in (*scored.bins, scored.overall))])
    head = f'{result.iou_type}: {score} in % (and boxes) by class and object size'
    return '\n'.join([head, *align(rows)])


def write_json(results: Sequence[SizeResult], path: str | Path) -> Path:
    """Write results, keyed by iou_type, to a JSON file that is whole or not there."""
    return write_json_file({r.iou_type: r.to_dict() for r in results}, path)


def _score(scores: BinScores, name: str) -> float | None:
    return {
        'AP': scores.ap,
        'AP50': scores.ap50,
        'AP75': scores.ap75,
        'AR': scores.ar_most,
    }[name]
