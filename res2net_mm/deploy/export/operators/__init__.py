"""Operators of detectors that not every format has: each as a named operator and in plain ones."""

from collections.abc import Callable
from typing import NamedTuple

from torch import Tensor

from .nms import named_nms, plain_nms
from .roi_align import named_roi_align, plain_roi_align


class Operators(NamedTuple):
    """The operators of a detector; see :func:`named_nms` and :func:`named_roi_align`."""

    nms: Callable[..., Tensor]
    roi_align: Callable[..., Tensor]


NAMED = Operators(named_nms, named_roi_align)  # exporters translate them by name
PLAIN = Operators(plain_nms, plain_roi_align)  # operators of torch alone
