"""A batch norm computed with the convolution before it, or with the ReLU behind it."""

from typing import Any, TypeGuard

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from .conditions import (
    count_pixels,
    has_hooks,
    is_channels_last,
    is_plain_tensor,
    learns,
    runs_eagerly_on_cpu,
)
from .convolution import convolve, convolve_with
from .double_backward import differentiable_gradients
from .kernels import are_built, batch_norm
from .layout import to_maps, to_rows


def conv_norm(conv: nn.Module, norm: nn.Module, x: Tensor) -> Tensor:
    """Return ``norm(conv(x))``, (N, C, H, W) -> (N, C', H', W').

    In training with held statistics (``norm_eval``), a norm scales and shifts each channel
    by constants. The convolution's weight is scaled instead: one pass over the weight in place of
    two over feature maps, and the map in between need not be kept for the gradient of the norm's
    weight. Output and gradients are the same up to rounding.

    Source: You et al., Efficient ConvBN Blocks, arXiv 2305.11624 (there the Tune mode).
    """
    if not _can_fold(conv, norm, x):
        return norm(convolve(conv, x))
    assert isinstance(conv, nn.Conv2d)
    assert isinstance(norm, _BatchNorm)
    scale, shift, _ = scale_and_shift(norm)
    return convolve_with(conv, x, conv.weight * scale.view(-1, 1, 1, 1), shift)


def scale_and_shift(norm: _BatchNorm) -> tuple[Tensor, Tensor, Tensor]:
    """Return scale, shift and 1 / deviation of a norm in eval mode, each (C,)."""
    mean, variance = norm.running_mean, norm.running_var
    assert mean is not None
    assert variance is not None
    inverse_deviation = torch.rsqrt(variance + norm.eps)
    scale = norm.weight * inverse_deviation
    return scale, norm.bias - mean * scale, inverse_deviation


def outweighs(pixels: int, weight: Tensor) -> bool:
    """Return whether a convolution's output of so many pixels is larger than its weight."""
    return pixels > weight[0].numel()


def _can_fold(conv: nn.Module, norm: nn.Module, x: Tensor) -> bool:
    return (
        torch.is_grad_enabled()
        and isinstance(norm, _BatchNorm)
        and not norm.training
        and norm.affine
        and norm.running_mean is not None
        and type(conv) is nn.Conv2d
        and conv.bias is None
        and (conv.weight.requires_grad or norm.weight.requires_grad)
        and not (has_hooks(conv) or has_hooks(norm))
        # The map, which is spared, is larger than the scaled copy of the weight.
        and outweighs(count_pixels(x) // (conv.stride[0] * conv.stride[1]), conv.weight)
    )


def norm_relu(norm: nn.Module, relu: nn.Module | None, x: Tensor) -> Tensor:
    """Return ``relu(norm(x))``, (N, C, H, W) -> (N, C, H, W); without a ReLU, ``norm(x)``.

    A ReLU keeps its output to know where it was positive. That costs nothing where a convolution
    keeps the same map as its input, as between most layers, but the splits of a block are added or
    concatenated first. There a norm that trains on a CPU is computed again from its input, which it
    keeps anyway: a twentieth less memory for the whole network, with the same output and gradients.
    Channels last, the compiled kernels do it in fewer passes over memory.

    Source: Rota Bulo et al., In-Place Activated BatchNorm, arXiv 1712.02616, the other way around.
    """
    if _can_join(norm, relu, x):
        if is_channels_last(x) and are_built() and is_trained(norm, torch.float32):
            return _CompiledNormRelu.apply(x, norm.weight, norm.bias, norm, relu is not None)
        if relu is not None:
            if norm.num_batches_tracked is not None:
                norm.num_batches_tracked.add_(1)
            return _NormRelu.apply(x, norm.weight, norm.bias, norm)
    x = norm(x)
    return x if relu is None else relu(x)


def is_trained(norm: nn.Module, dtype: torch.dtype | None = None) -> TypeGuard[nn.BatchNorm2d]:
    """Return whether a module is a plain batch norm in training, its parameters of ``dtype``."""
    plain = type(norm) is nn.BatchNorm2d and _is_plain(norm, dtype)
    return plain and norm.training and norm.momentum is not None


def is_held(norm: nn.Module) -> TypeGuard[_BatchNorm]:
    """Return whether a module is a plain batch norm in float32 with held statistics."""
    plain = type(norm) in (nn.BatchNorm2d, nn.SyncBatchNorm) and _is_plain(norm, torch.float32)
    return plain and not norm.training


def _is_plain(norm: Any, dtype: torch.dtype | None) -> bool:
    return (
        norm.affine
        and norm.running_mean is not None
        and is_plain_tensor(norm.weight)
        and (dtype is None or norm.weight.dtype == norm.running_mean.dtype == dtype)
        and not has_hooks(norm)
    )


class _NormRelu(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, norm: nn.BatchNorm2d) -> Tensor:
        assert norm.momentum is not None
        y, mean, inverse_std = torch.native_batch_norm(
            x, weight, bias, norm.running_mean, norm.running_var, True, norm.momentum, norm.eps
        )
        ctx.save_for_backward(x, weight, bias, mean, inverse_std)
        ctx.eps = norm.eps
        return y.relu_()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, bias, mean, inverse_std = ctx.saved_tensors
        scale = inverse_std * weight
        shift = bias - mean * scale
        y = torch.addcmul(shift.view(-1, 1, 1), x, scale.view(-1, 1, 1))
        gradient = torch.ops.aten.threshold_backward(gradient, y, 0)
        gradients = torch.ops.aten.native_batch_norm_backward(
            gradient, x, weight, None, None, mean, inverse_std, True, ctx.eps,
            ctx.needs_input_grad[:3],
        )  # fmt: skip
        return *gradients, None


class _CompiledNormRelu(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, norm: nn.BatchNorm2d, relu: bool
    ) -> Tensor:
        stats, y = batch_norm.statistics(to_rows(x), norm), torch.empty_like(x)
        batch_norm.normalise(to_rows(x), stats, to_rows(y), relu=relu)
        ctx.save_for_backward(x, weight, bias, stats)
        ctx.eps, ctx.relu = norm.eps, relu
        return y

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, bias, stats = ctx.saved_tensors
        if torch.is_grad_enabled():

            def run(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
                y = F.batch_norm(x, None, None, weight, bias, training=True, eps=ctx.eps)
                return y.relu() if ctx.relu else y

            return *differentiable_gradients(run, [x, weight, bias], gradient), None, None
        d_x = torch.empty_like(to_rows(x))
        sums = batch_norm.gradients(to_rows(gradient), to_rows(x), stats, d_x, relu=ctx.relu)
        return to_maps(d_x, x.shape), sums[1], sums[0], None, None


def _can_join(norm: nn.Module, relu: nn.Module | None, x: Tensor) -> TypeGuard[nn.BatchNorm2d]:
    return (
        runs_eagerly_on_cpu(x)
        and is_trained(norm, x.dtype)
        and count_pixels(x) > 1  # of one value a norm raises its own error
        and learns([norm], [x])
        and (relu is None or not has_hooks(relu))
    )
