"""Maps from channels last to the default order, twice as fast as by a copy of PyTorch's."""

import torch
from torch import Tensor

from .library import library


def to_planes(x: Tensor) -> Tensor:
    """Return maps (N, C, H, W), float32 and channels last on the CPU, in the default order.

    The other way PyTorch's own copy is as fast.
    """
    y = torch.empty_like(x, memory_format=torch.contiguous_format)
    n, c, h, w = x.shape
    for pixels, planes in zip(x.permute(0, 2, 3, 1).view(n, h * w, c), y, strict=True):
        library().transpose(pixels.data_ptr(), h * w, c, planes.data_ptr())
    return y
