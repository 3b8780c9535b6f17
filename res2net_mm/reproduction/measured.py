"""Measured numbers beside published ones."""

from collections.abc import Mapping
from typing import Any

from res2net_mm.tables import align

from .rows import Row

# Published metric -> where the evaluation of a config has it, and its factor. ``100 -`` it where
# the published one is an error.
_BY_SIZE = {'': '', '50': '_50', '75': '_75', ' S': '_s', ' M': '_m', ' L': '_l'}
_KEYS = {
    **{
        f'{kind} AP{name}': (f'coco/{iou}_mAP{end}', 100)
        for kind, iou in (('box', 'bbox'), ('mask', 'segm'))
        for name, end in _BY_SIZE.items()
    },
    **{f'box AR{name}': (f'coco/bbox_AR{end}', 100) for name, end in _BY_SIZE.items()},
    **{
        f'keypoint AP{name}': (f'coco/AP{end}', 100)
        for name, end in (('', ''), ('50', ' .5'), ('75', ' .75'), (' M', ' (M)'), (' L', ' (L)'))
    },
    'VOC mAP': ('pascal_voc/mAP', 100),
    **{name: (name, 1) for name in ('mIoU', 'maxF', 'MAE', 'params M', 'GFLOPs')},
    'PQ': ('coco_panoptic/PQ', 1),
    'SQ': ('coco_panoptic/SQ', 1),
    'RQ': ('coco_panoptic/RQ', 1),
    'top-1 error': ('accuracy/top1', 1),
    'top-5 error': ('accuracy/top5', 1),
    'top-1 accuracy': ('accuracy/top1', 1),
    'top-5 accuracy': ('accuracy/top5', 1),
}

COMPUTED = ('params M', 'GMACs')  # counted without any data


def beside_published(row: Row, metrics: Mapping[str, float]) -> list[dict[str, Any]]:
    """Return published, measured and their difference for each number of a row.

    Args:
        row: The row.
        metrics: What the evaluation of its config returned.

    Returns:
        Dicts with ``metric``, ``published``, ``measured`` and ``difference``; the last two are None
        where the evaluation does not measure it. Measured is rounded to one digit more than is
        published.
    """
    lines = []
    for metric, published in row.expected.items():
        value = _value(metric, metrics)
        digits = len(published.partition('.')[2]) + 1
        lines.append(
            dict(
                metric=metric,
                published=float(published),
                measured=None if value is None else round(value, digits),
                difference=None if value is None else round(value - float(published), digits),
            )
        )
    return lines


def comparison_table(row: Row, lines: list[dict[str, Any]]) -> str:
    """Return that as text, a line for each number."""
    cells = [[row.name, 'published', 'measured', 'difference']]
    for line, published in zip(lines, row.expected.values(), strict=True):
        measured, difference = line['measured'], line['difference']
        cells.append(
            [
                line['metric'],
                published,
                '-' if measured is None else f'{measured:g}',
                '-' if difference is None else f'{difference:+g}',
            ]
        )
    return '\n'.join(align(cells))


def _value(metric: str, metrics: Mapping[str, float]) -> float | None:
    key, factor = _KEYS.get(metric, ('', 1))
    if key not in metrics:
        return None
    value = factor * float(metrics[key])
    return 100 - value if metric.endswith('error') else value
