"""Convolutions in training, by the fastest operator there is for each."""

from collections.abc import Iterable
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .conditions import has_hooks, is_channels_last, is_plain_tensor, uses_onednn
from .double_backward import differentiable_gradients
from .kernels import avx2_kernels
from .kernels.library import library
from .layout import to_rows
from .operators import Choice, Operator
from .products import convolves_pointwise


def convolve(conv: nn.Module, x: Tensor) -> Tensor:
    """Return ``conv(x)``, (N, C, H, W) -> (N, C', H', W')."""
    if type(conv) is nn.Conv2d and not has_hooks(conv):
        if is_pointwise(conv, x) and not convolves_pointwise(conv.weight):
            return pointwise(x, conv.weight)
        if _has_fast_gradient(conv, x):
            return _Conv3x3.apply(x, conv.weight, None, conv)
    return conv(x)


def convolve_with(conv: nn.Conv2d, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Return what a plain convolution computes with another weight and a bias."""
    if is_pointwise(conv, x) and not convolves_pointwise(weight):
        # The sum is a new tensor: a ReLU in place on a view of a product would copy it.
        return pointwise(x, weight) + bias.view(-1, 1, 1)
    if _has_fast_gradient(conv, x):
        return _Conv3x3.apply(x, weight, bias, conv)
    return conv._conv_forward(x, weight, bias)


def is_pointwise(conv: nn.Conv2d, x: Tensor) -> bool:
    """Return whether the convolution of this feature map is one matrix product."""
    return (
        conv.kernel_size == (1, 1)
        and conv.stride == (1, 1)
        and conv.padding == (0, 0)
        and conv.groups == 1
        and conv.bias is None
        and is_channels_last(x)
    )


def pointwise(x: Tensor, weight: Tensor) -> Tensor:
    """Convolve 1x1: (N, C, H, W), weight (C', C, 1, 1) -> (N, C', H, W), channels last."""
    y = F.linear(x.permute(0, 2, 3, 1), weight.flatten(1))  # (N, H, W, C')
    return y.permute(0, 3, 1, 2)


def conv_backward(
    conv: nn.Conv2d, gradient: Tensor, x: Tensor, weight: Tensor, *, wants_x: bool,
    wants_weight: bool,
) -> tuple[Tensor | None, Tensor | None]:  # fmt: skip
    """Return the gradients of input and weight of a convolution without bias; None if not wanted.

    Input (N, C, H, W) and gradient of the output (N, C', H', W') are channels last; ``weight`` is
    the one that was used in place of the convolution's own.
    """
    by_kernel = wants_weight and _has_kernel(conv)
    d_x = d_weight = None
    if wants_x or (wants_weight and not by_kernel):
        d_x, d_weight, _ = torch.ops.aten.convolution_backward(
            gradient, x, weight, None, conv.stride, conv.padding, conv.dilation, False, [0, 0],
            conv.groups, [wants_x, wants_weight and not by_kernel, False],
        )  # fmt: skip
    if by_kernel:
        stride, dilation = conv.stride[0], conv.dilation[0]
        d_weight = weight_gradient(gradient, x, stride=stride, dilation=dilation)
    return d_x, d_weight


def weight_gradient(gradient: Tensor, x: Tensor, *, stride: int, dilation: int) -> Tensor:
    """Return the weight gradient (C', C, 3, 3) of a 3x3 convolution padded by its dilation.

    Only where :func:`avx2_kernels` returns the library. On processors with AVX2 it is two to four
    times as fast as oneDNN with the few channels of a split, a third faster at 208 channels; with
    AVX-512 level to a third faster (see weight_gradient.c).

    Input (N, C, H, W) and gradient of the output (N, C', H', W') are float32, channels last and
    not empty; stride and dilation are those of both directions.
    """
    n, c_in, h, w = x.shape
    _, c_out, h_out, w_out = gradient.shape
    sizes = n, h, w, h_out, w_out, c_out, c_in, stride, dilation
    d_weight = x.new_empty(c_out, c_in, 3, 3)
    scratch = x.new_empty(library().conv3x3_weight_gradient_scratch(*sizes))
    library().conv3x3_weight_gradient(
        gradient.data_ptr(), x.data_ptr(), *sizes, d_weight.data_ptr(), scratch.data_ptr()
    )
    return d_weight


def trains_fast_channels_last(layers: Iterable[nn.Module], x: Tensor) -> bool:
    """Return whether no convolution of a stem is slower channels last in training.

    On processors with AVX2 and without the kernels, oneDNN takes two to four times as long there
    for the gradient of the weights.
    """
    convs = (layer for layer in layers if isinstance(layer, nn.Conv2d))
    return (
        torch.is_grad_enabled()
        and uses_onednn(x)
        and all(type(conv) is nn.Conv2d and _is_plain_3x3(conv) for conv in convs)
        and _STEM_LAYOUT.fastest(0) == 'channels last'
    )


class _Conv3x3(torch.autograd.Function):
    """A 3x3 convolution whose weight gradient is computed by the kernel."""

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


def _has_fast_gradient(conv: nn.Conv2d, x: Tensor) -> bool:
    return torch.is_grad_enabled() and is_channels_last(x) and _has_kernel(conv) and x.numel() > 0


def _has_kernel(conv: nn.Conv2d) -> bool:
    """Return whether :func:`weight_gradient` computes its weight gradient, and is the fastest."""
    return _is_plain_3x3(conv) and _WEIGHT_GRADIENT_3X3.fastest(conv.in_channels) == 'kernel'


def _is_plain_3x3(conv: nn.Conv2d) -> bool:
    """Return whether a convolution is 3x3 and padded by its dilation, the same both ways."""
    return (
        is_plain(conv)
        and conv.kernel_size == (3, 3)
        and conv.groups == 1
        and conv.padding == conv.dilation
        and conv.dilation[0] == conv.dilation[1]
        and conv.stride[0] == conv.stride[1]
    )


def is_plain(conv: nn.Conv2d) -> bool:
    """Return whether a convolution has plain float32 weights, no bias and a padding of zeros."""
    return (
        conv.bias is None
        and conv.padding_mode == 'zeros'
        and is_plain_tensor(conv.weight)
        and conv.weight.dtype == torch.float32
    )


def _maps(channels: int, height: int, width: int) -> Tensor:
    return torch.randn(1, height, width, channels).permute(0, 3, 1, 2)


def _onednn_weight_gradient(gradient: Tensor, x: Tensor, stride: int = 1) -> Tensor:
    weight = x.new_empty(gradient.shape[1], x.shape[1], 3, 3)  # of which only the shape is read
    return torch.ops.aten.convolution_backward(
        gradient, x, weight, None, [stride] * 2, [1, 1], [1, 1], False, [0, 0], 1,
        [False, True, False],
    )[1]  # fmt: skip


def _weight_gradients() -> dict[str, Operator]:
    operators: dict[str, Operator] = {'convolution': _onednn_weight_gradient}
    if avx2_kernels() is not None:
        kernel = partial(weight_gradient, stride=1, dilation=1)
        operators = {'kernel': kernel, **operators}
    return operators


# Splits of the stages of Res2Net-50 26w4s at 1x3x480x640.
_SPLITS = ((26, 120, 160), (52, 60, 80), (104, 30, 40), (208, 15, 20))
_WEIGHT_GRADIENT_3X3 = Choice(
    'weight gradient of a 3x3 convolution',
    {case[0]: lambda case=case: (_maps(*case), _maps(*case)) for case in _SPLITS},  # type: ignore[misc]
    _weight_gradients,
)


def _train_stem(images: Tensor, gradient: Tensor, weight: Tensor, *, last: bool) -> None:
    """Compute what the first convolution of a stem costs in training, images contiguous."""
    layout = torch.channels_last if last else torch.contiguous_format
    images, gradient = (t.contiguous(memory_format=layout) for t in (images, gradient))
    F.conv2d(images, weight, None, 2, 1)
    if last and avx2_kernels() is not None and _WEIGHT_GRADIENT_3X3.fastest(3) == 'kernel':
        weight_gradient(gradient, images, stride=2, dilation=1)
    else:
        _onednn_weight_gradient(gradient, images, 2)


def _stem_layouts() -> dict[str, Operator]:
    planes, last = (partial(_train_stem, last=last) for last in (False, True))
    if avx2_kernels() is not None:
        return {'channels last': last, 'planes': planes}
    return {'planes': planes, 'channels last': last}


_STEM_LAYOUT = Choice(
    'stem',
    {0: lambda: (torch.randn(1, 3, 480, 640), _maps(32, 240, 320), torch.randn(32, 3, 3, 3))},
    _stem_layouts,
)
