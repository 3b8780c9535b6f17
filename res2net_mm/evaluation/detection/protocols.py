"""The rules by which detections are scored: COCO's, VOC 2007's and VOC's since 2010."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from res2net_mm.errors import UserError, argument, check_choice


@dataclass(frozen=True, eq=False)
class Protocol:
    """Rules of a benchmark.

    Attributes:
        name: Key of :data:`PROTOCOLS`.
        ious: IoU thresholds, rising; AP and AR are means over them.
        recalls: Recall levels at which precision is averaged; None for the area under the curve.
        second_choice: Whether a detection whose best object is taken may match another (COCO), or
            is wrong (VOC).
        max_dets: Detections per image and class that count, in rising order.
        title: Text for the head of a table.
    """

    name: str
    ious: np.ndarray
    recalls: np.ndarray | None
    second_choice: bool
    max_dets: tuple[float, ...]
    title: str


# The arrays are made as pycocotools and VOC's own code make them: where a recall is exactly a
# level, the last bit of the level decides whether it is reached.
PROTOCOLS = {
    protocol.name: protocol
    for protocol in (
        Protocol(
            name='coco',
            ious=np.linspace(0.5, 0.95, 10),
            recalls=np.linspace(0.0, 1.0, 101),
            second_choice=True,
            max_dets=(1, 10, 100),
            title='IoU 0.50:0.95',
        ),
        Protocol(
            name='voc07',
            ious=np.array([0.5]),
            recalls=np.arange(0, 1 + 1e-3, 0.1),
            second_choice=False,
            max_dets=(math.inf,),
            title='IoU 0.50, VOC 2007 (11 points)',
        ),
        Protocol(
            name='voc12',
            ious=np.array([0.5]),
            recalls=None,
            second_choice=False,
            max_dets=(math.inf,),
            title='IoU 0.50, VOC since 2010 (area under the curve)',
        ),
    )
}


def find_protocol(name: str) -> Protocol:
    """Return the protocol of this name.

    Raises:
        UserError: If there is none.
    """
    check_choice('protocol', name, PROTOCOLS)
    return PROTOCOLS[name]


def check_max_dets(max_dets: Sequence[float] | None, protocol: Protocol) -> tuple[float, ...]:
    """Return ``max_dets``, or the protocol's own for None.

    Raises:
        UserError: If they are not rising positive numbers.
    """
    if max_dets is None:
        return protocol.max_dets
    limits = tuple(max_dets)
    if not limits or limits[0] < 1 or tuple(sorted(set(limits))) != limits:
        raise UserError(
            f'{argument("max_dets")} must be rising positive numbers, got {list(limits)}'
        )
    return limits
