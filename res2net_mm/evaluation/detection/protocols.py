"""The rules by which detections are scored: COCO's, VOC 2007's and VOC's since 2010."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from res2net_mm.errors import UserError, argument, check_choice


@dataclass(frozen=True, eq=False)
class Protocol:
    """Rules of a benchmark."""

    name: str  # key of PROTOCOLS
    ious: np.ndarray  # IoU thresholds, rising; AP and AR are means over them
    # Recall levels at which precision is averaged; None for the area under the curve.
    recalls: np.ndarray | None
    # Whether a detection whose best object is taken may match another (COCO), or is wrong (VOC).
    second_choice: bool
    max_dets: tuple[float, ...]  # detections per image and class that count, in rising order
    title: str  # for the head of a table


# The arrays are made as pycocotools and VOC's own code make them: where a recall is exactly a
# level, the last bit of the level decides whether it is reached.
_VOC: dict[str, Any] = dict(ious=np.array([0.5]), second_choice=False, max_dets=(math.inf,))
PROTOCOLS = {
    'coco': Protocol(
        name='coco',
        ious=np.linspace(0.5, 0.95, 10),
        recalls=np.linspace(0.0, 1.0, 101),
        second_choice=True,
        max_dets=(1, 10, 100),
        title='IoU 0.50:0.95',
    ),
    'voc07': Protocol(
        name='voc07',
        recalls=np.arange(0, 1 + 1e-3, 0.1),
        title='IoU 0.50, VOC 2007 (11 points)',
        **_VOC,
    ),
    'voc12': Protocol(
        name='voc12',
        recalls=None,
        title='IoU 0.50, VOC since 2010 (area under the curve)',
        **_VOC,
    ),
}


def find_protocol(name: str) -> Protocol:
    """Return the protocol of this name; raise UserError if there is none."""
    check_choice('protocol', name, PROTOCOLS)
    return PROTOCOLS[name]


def check_max_dets(max_dets: Sequence[float] | None, protocol: Protocol) -> tuple[float, ...]:
    """Return ``max_dets``, checked to be rising positive numbers; None for the protocol's own."""
    if max_dets is None:
        return protocol.max_dets
    limits = tuple(max_dets)
    if not limits or limits[0] < 1 or tuple(sorted(set(limits))) != limits:
        raise UserError(
            f'{argument("max_dets")} must be rising positive numbers, got {list(limits)}'
        )
    return limits
