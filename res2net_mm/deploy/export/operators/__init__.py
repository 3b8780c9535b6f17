"""The operators of detectors that not every format has."""

from collections.abc import Callable
from typing import NamedTuple

from torch import Tensor

from .nms import named_nms, plain_nms
from .roi_align import named_roi_align, plain_roi_align


class Operators(NamedTuple):
    """What a detector is made with, see :func:`named_nms` and :func:`named_roi_align`."""

    nms: Callable[..., Tensor]
    roi_align: Callable[..., Tensor]


NAMED = Operators(named_nms, named_roi_align)
PLAIN = Operators(plain_nms, plain_roi_align)
