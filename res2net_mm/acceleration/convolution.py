"""Convolutions by the fastest operator there is for them."""

from collections.abc import Iterable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from res2net_mm.acceleration.kernels import avx2_kernels
from res2net_mm.acceleration.kernels.weight_gradient import weight_gradient

from .double_backward import differentiable_gradients
from .layout import has_a_choice, is_pointwise, lies_last, pointwise
from .module_hooks import is_watched
from .rows import to_rows


def convolve(conv: nn.Module, x: Tensor) -> Tensor:
    """Return ``conv(x)``, (N, C, H, W) -> (N, C', H', W')."""
    if type(conv) is nn.Conv2d and not is_watched(conv):
        if is_pointwise(conv, x):
            return pointwise(x, conv.weight)
        if torch.is_grad_enabled() and lies_last(x) and _is_plain_3x3(conv) and x.numel():
            return _Conv3x3.apply(x, conv.weight, None, conv)
    return conv(x)


def convolve_with(conv: nn.Conv2d, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Return what ``conv``, a plain one, would make of ``x`` with another weight and a bias."""
    if is_pointwise(conv, x):
        # A sum, since what is a view of a product can be rectified in place through copies only.
        return pointwise(x, weight) + bias.view(-1, 1, 1)
    if torch.is_grad_enabled() and lies_last(x) and _is_plain_3x3(conv) and x.numel():
        return _Conv3x3.apply(x, weight, bias, conv)
    return conv._conv_forward(x, weight, bias)


def conv_backward(
    conv: nn.Conv2d, gradient: Tensor, x: Tensor, weight: Tensor, *, wants_x: bool,
    wants_weight: bool,
) -> tuple[Tensor | None, Tensor | None]:  # fmt: skip
    """Return the gradients of input and weight of a convolution without bias, channels last.

    Args:
        conv: Has no bias.
        gradient: Of its output, (N, C', H', W'), channels last.
        x: Its input, (N, C, H, W), channels last.
        weight: What it convolved with.
        wants_x: Whether the first is wanted; else it is None.
        wants_weight: Whether the second is.
    """
    own = wants_weight and _is_plain_3x3(conv)
    d_x = d_weight = None
    if wants_x or (wants_weight and not own):
        d_x, d_weight, _ = torch.ops.aten.convolution_backward(
            gradient, x, weight, None, conv.stride, conv.padding, conv.dilation, False, [0, 0],
            conv.groups, [wants_x, wants_weight and not own, False],
        )  # fmt: skip
    if own:
        stride, dilation = conv.stride[0], conv.dilation[0]
        d_weight = weight_gradient(gradient, x, stride=stride, dilation=dilation)
    return d_x, d_weight


def computes_last(layers: Iterable[nn.Module], x: Tensor) -> bool:
    """Say whether every convolution among the layers is as fast channels last in training.

    Else a stem is left as its images lie, since oneDNN takes two to four times as long for the
    gradient of its weights there.
    """
    convs = (layer for layer in layers if isinstance(layer, nn.Conv2d))
    return (
        torch.is_grad_enabled()
        and has_a_choice(x)
        and all(type(conv) is nn.Conv2d and _is_plain_3x3(conv) for conv in convs)
    )


class _Conv3x3(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, conv: nn.Conv2d
    ) -> Tensor:
        ctx.save_for_backward(x, weight, bias)
        ctx.conv = conv
        return conv._conv_forward(x, weight, bias)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        (x, weight, bias), conv = ctx.saved_tensors, ctx.conv
        if torch.is_grad_enabled():
            settings = conv.stride, conv.padding, conv.dilation
            run = lambda x, weight, bias: F.conv2d(x, weight, bias, *settings)  # noqa: E731
            return *differentiable_gradients(run, [x, weight, bias], gradient), None
        wants_x, wants_weight, wants_bias, _ = ctx.needs_input_grad
        gradient = gradient.contiguous(memory_format=torch.channels_last)
        d_x, d_weight = conv_backward(
            conv, gradient, x, weight, wants_x=wants_x, wants_weight=wants_weight
        )
        d_bias = to_rows(gradient).sum(0) if wants_bias else None
        return d_x, d_weight, d_bias, None


def _is_plain_3x3(conv: nn.Conv2d) -> bool:
    """Say whether it is one that :func:`weight_gradient` knows, and that is faster with it."""
    return (
        avx2_kernels() is not None
        and conv.kernel_size == (3, 3)
        and conv.bias is None
        and conv.groups == 1
        and conv.padding_mode == 'zeros'
        and conv.padding == conv.dilation
        and conv.dilation[0] == conv.dilation[1]
        and conv.stride[0] == conv.stride[1]
        and type(conv.weight) in (Tensor, nn.Parameter)
        and conv.weight.dtype == torch.float32
    )
