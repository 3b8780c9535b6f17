"""The order in which maps lie in memory while a backbone computes.

On a CPU, batch norms, poolings and 3x3 convolutions run faster where the channels of a pixel lie
side by side (channels last), and a 1x1 convolution is one matrix product there. The first layers,
of few channels, do not: oneDNN computes the gradient of their weights two to four times slower so.

What was measured, in ms of the processor's time over all layers of Res2Net-50 v1b 26w4s at
1x3x320x480 in float32 (Zen 3, AVX2, PyTorch 2.13, oneDNN 3.12), as images lie / channels last:

- batch norms, forward 92 / 27, backward 27 / 38; poolings 55 / 7;
- 3x3 convolutions, output 109 / 94, gradient of the input 129 / 103, of the weights 139 / 225, of
  which the stem's 33 / 100: so it stays as it is;
- 1x1 convolutions with two threads, output 267 / 255, gradients 273 / 254 and 274 / 336, with
  products of matrices 255, 253 and 256.

So it was with PyTorch's operators alone. With the kernels of :mod:`.kernels` the gradient of 3x3
weights is fastest channels last, 3 to 4 times at the stem, which then lies so too.

What did not help: 3x3 weights kept channels last (no faster), torch.compile (10 % slower than
MMDetection's step).
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from res2net_mm.acceleration.kernels import are_built
from res2net_mm.acceleration.kernels.transpose import to_planes


def lay_out(x: Tensor) -> Tensor:
    """Return the maps (N, C, H, W) in the order in which the layers after them run fastest."""
    return x.contiguous(memory_format=torch.channels_last) if has_a_choice(x) else x


def lay_out_like(x: Tensor, images: Tensor) -> Tensor:
    """Return the maps in the order of the images that they were made of.

    What is behind a backbone may count on it: mmcv's operators misread channels last.
    """
    if not (has_a_choice(x) and images.is_contiguous()) or x.is_contiguous():
        return x
    return _Contiguous.apply(x)


class _Contiguous(torch.autograd.Function):
    """A copy in the default order, whose gradient comes back channels last.

    Else it would stay in the default order along the shortcuts of a whole stage.
    """

    @staticmethod
    def forward(_: Any, x: Tensor) -> Tensor:
        return to_planes(x) if lies_last(x) and are_built() else x.contiguous()

    @staticmethod
    def backward(_: Any, gradient: Tensor) -> Tensor:
        return gradient.contiguous(memory_format=torch.channels_last)


def is_pointwise(conv: nn.Conv2d, x: Tensor) -> bool:
    """Say whether the convolution is a product of matrices as the map lies."""
    return (
        conv.kernel_size == (1, 1)
        and conv.stride == (1, 1)
        and conv.padding == (0, 0)
        and conv.groups == 1
        and conv.bias is None
        and lies_last(x)
    )


def pointwise(x: Tensor, weight: Tensor) -> Tensor:
    """Convolve 1x1: (N, C, H, W), weight (C', C, 1, 1) -> (N, C', H, W)."""
    y = F.linear(x.permute(0, 2, 3, 1), weight.flatten(1))  # (N, H, W, C')
    return y.permute(0, 3, 1, 2)


def lies_last(x: Tensor) -> bool:
    """Say whether the maps lie channels last and oneDNN computes in float32 now."""
    return has_a_choice(x) and x.is_contiguous(memory_format=torch.channels_last)


def has_a_choice(x: Tensor) -> bool:
    """Say whether oneDNN computes in float32 now."""
    return (
        is_plain_on_cpu(x)
        and x.dtype == torch.float32
        and torch.backends.mkldnn.is_available()
        and torch.backends.mkldnn.enabled
        and not torch.is_autocast_enabled('cpu')
    )


def is_plain_on_cpu(x: Tensor) -> bool:
    """Say whether operators run on the CPU as they are called, not recorded nor transformed."""
    return (
        not torch.compiler.is_compiling()  # first: a compiler cannot read what follows
        and not torch.jit.is_tracing()
        and torch._C._functorch.maybe_current_level() is None  # torch.func
        and type(x) is Tensor
        and x.device.type == 'cpu'
    )
