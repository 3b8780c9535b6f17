"""The memory layout of feature maps while a backbone computes: channels last where that is faster.

On a CPU, batch norms, poolings and 3x3 convolutions run faster channels last, and a 1x1 convolution
is one matrix product there. The first layers, of few channels, do not: oneDNN takes two to four
times as long for the gradient of their weights.

Processor time in ms over all layers of Res2Net-50 v1b 26w4s at 1x3x320x480 in float32 (Zen 3, AVX2,
PyTorch 2.13, oneDNN 3.12), contiguous / channels last, by PyTorch's operators: batch norms 92 / 27
forward, 27 / 38 backward; poolings 55 / 7; 3x3 convolutions 109 / 94, gradient of the input 129 /
103, of the weights 139 / 225 (stem 33 / 100); 1x1 convolutions 267 / 255, gradients 273 / 254 and
274 / 336, as matrix products 255, 253 and 256.

With :mod:`.kernels` the gradient of 3x3 weights is fastest channels last, at the stem too.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from .conditions import is_channels_last, uses_onednn
from .kernels import are_built
from .kernels.library import library


def to_fast_layout(x: Tensor) -> Tensor:
    """Return the feature map (N, C, H, W) in the layout in which the next layers run fastest."""
    return x.contiguous(memory_format=torch.channels_last) if uses_onednn(x) else x


def to_layout_of(images: Tensor, x: Tensor) -> Tensor:
    """Return the feature map ``x`` (N, C, H, W) contiguous if the images were.

    What follows a backbone may count on it: mmcv's operators misread channels last.
    """
    if not (uses_onednn(x) and images.is_contiguous()) or x.is_contiguous():
        return x
    return _Contiguous.apply(x)


class _Contiguous(torch.autograd.Function):
    """A contiguous copy whose gradient is channels last.

    Otherwise the gradient would stay contiguous along the shortcuts of a whole stage.
    """

    @staticmethod
    def forward(_: Any, x: Tensor) -> Tensor:
        return to_planes(x) if is_channels_last(x) and are_built() else x.contiguous()

    @staticmethod
    def backward(_: Any, gradient: Tensor) -> Tensor:
        return gradient.contiguous(memory_format=torch.channels_last)


def to_planes(x: Tensor) -> Tensor:
    """Return a contiguous copy of a float32 feature map (N, C, H, W) that is channels last.

    The kernel takes half the time of PyTorch's copy; the other way PyTorch's is as fast.
    """
    y = torch.empty_like(x, memory_format=torch.contiguous_format)
    n, c, h, w = x.shape
    for pixels, planes in zip(x.permute(0, 2, 3, 1).view(n, h * w, c), y, strict=True):
        library().transpose(pixels.data_ptr(), h * w, c, planes.data_ptr())
    return y


def to_rows(x: Tensor) -> Tensor:
    """(N, C, H, W) -> (N * H * W, C), a row per pixel; a view of channels last, else a copy."""
    return x.permute(0, 2, 3, 1).contiguous().view(-1, x.shape[1])


def to_maps(rows: Tensor, shape: Sequence[int]) -> Tensor:
    """(N * H * W, C) -> (N, C, H, W), a view; ``shape`` gives N, H and W."""
    return rows.view(shape[0], *shape[2:], -1).permute(0, 3, 1, 2)
