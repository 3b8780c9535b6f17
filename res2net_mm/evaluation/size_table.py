"""A result by object size as the paper's Table 6, for reading and for machines."""

import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from res2net_mm.evaluation.size_result import SizeResult

NO_BOXES = 'no boxes'
_AREA_OF = {
    'mask': 'area of the mask',
    'box': 'area of the box',
    'annotation': 'area as annotated',
}


def size_table(result: SizeResult) -> str:
    """AP, AP50, AP75, AR (in %) and the number of boxes; a column per bin and one for all."""
    columns = (*result.bins, result.overall)
    most = max(result.overall.ar)
    rows = [
        ['', *(s.size_bin.name for s in columns)],
        ['px^2', *(s.size_bin.limits for s in columns)],
        ['AP', *(_percent(s.ap) for s in columns)],
        ['AP50', *(_percent(s.ap50) for s in columns)],
        ['AP75', *(_percent(s.ap75) for s in columns)],
        ['AR', *(_percent(s.ar_most) for s in columns)],
        ['boxes', *(str(s.boxes) for s in columns)],
    ]
    head = (
        f'{result.iou_type}: AP and AR in % by object size ({_AREA_OF[result.area_of]}), '
        f'IoU 0.50:0.95, at most {most} detections per image and class, {result.images} images'
    )
    return '\n'.join([head, *_align(rows)])


def class_table(result: SizeResult) -> str:
    """AP (in %) of every class: a row per class, a column per bin and one for all."""
    names = [s.size_bin.name for s in (*result.bins, result.overall)]
    rows = [['class', *names, 'boxes']]
    for scored in result.classes:
        cells = [_percent(s.ap) for s in (*scored.bins, scored.overall)]
        rows.append([scored.name, *cells, str(scored.overall.boxes)])
    return '\n'.join([f'{result.iou_type}: AP in % by class and object size', *_align(rows)])


def write_json(results: Sequence[SizeResult], path: str | Path) -> Path:
    """Write results, keyed by iou_type, to a JSON file that is whole or not there."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({r.iou_type: r.to_dict() for r in results}, indent=1, allow_nan=False)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix='.part')
    try:
        with os.fdopen(handle, 'w', encoding='utf-8') as file:
            file.write(text + '\n')
        os.chmod(temporary, 0o644)  # mkstemp's own mode keeps everyone else out
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    return path


def _percent(score: float | None) -> str:
    return NO_BOXES if score is None else f'{100 * score:.1f}'


def _align(rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        '  '.join(
            [
                row[0].ljust(widths[0]),
                *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True)),
            ]
        )
        for row in rows
    ]
