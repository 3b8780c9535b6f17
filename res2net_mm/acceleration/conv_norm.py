"""A convolution and the batch norm behind it, as one convolution where the statistics are held."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from .conditions import count_pixels, has_hooks
from .convolution import convolve, convolve_with


def conv_norm(conv: nn.Module, norm: nn.Module, x: Tensor) -> Tensor:
    """Return ``norm(conv(x))``, (N, C, H, W) -> (N, C', H', W').

    In training with held statistics (``norm_eval``), a norm scales and shifts each channel
    by constants. The convolution's weight is scaled instead: one pass over the weight in place of
    two over feature maps, and the map in between need not be kept for the gradient of the norm's
    weight. Output and gradients are the same up to rounding.

    Source: You et al., Efficient ConvBN Blocks, arXiv 2305.11624 (there the Tune mode).
    """
    if not (_can_fold(conv, norm) and _is_worth_folding(conv, x)):
        return norm(convolve(conv, x))
    assert isinstance(conv, nn.Conv2d)
    assert isinstance(norm, _BatchNorm)
    scale, shift, _ = scale_and_shift(norm)
    return convolve_with(conv, x, conv.weight * scale.view(-1, 1, 1, 1), shift)


def scale_and_shift(norm: _BatchNorm) -> tuple[Tensor, Tensor, Tensor]:
    """Return the factor and the summand of a norm in eval mode and 1 / deviation; each (C,)."""
    mean, variance = norm.running_mean, norm.running_var
    assert mean is not None
    assert variance is not None
    inverse_deviation = torch.rsqrt(variance + norm.eps)
    scale = norm.weight * inverse_deviation
    return scale, norm.bias - mean * scale, inverse_deviation


def outweighs(pixels: int, weight: Tensor) -> bool:
    """Return whether a convolution's output of so many pixels is larger than its weight."""
    return pixels > weight[0].numel()


def _can_fold(conv: nn.Module, norm: nn.Module) -> bool:
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
    )


def _is_worth_folding(conv: Any, x: Tensor) -> bool:
    """Return whether the map, which is spared, is larger than the scaled copy of the weight."""
    return outweighs(count_pixels(x) // (conv.stride[0] * conv.stride[1]), conv.weight)
