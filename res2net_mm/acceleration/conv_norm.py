"""A convolution and the norm behind it, as one convolution where the norm is a fixed scale."""

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from .convolution import convolve, convolve_with
from .module_hooks import is_watched


def conv_norm(conv: nn.Module, norm: nn.Module, x: Tensor) -> Tensor:
    """Return ``norm(conv(x))``, (N, C, H, W) -> (N, C', H', W').

    While a network is trained with the statistics of its batch norms held (``norm_eval``), a norm
    scales and shifts each channel by what does not depend on the image. The convolution's weights
    are scaled in its place, which costs a pass over weights and not two over maps, and spares the
    backward pass the map between the two: the norm would keep it for the gradient of its weight.
    Output and gradients are the same up to rounding.

    Source: You et al., Efficient ConvBN Blocks, arXiv 2305.11624 (there as Tune mode).
    """
    if not (_is_one_convolution(conv, norm) and _is_worth_it(conv, x)):
        return norm(convolve(conv, x))
    scale, shift, _ = scale_and_shift(norm)
    weight = conv.weight * scale.view(-1, 1, 1, 1)
    return convolve_with(conv, x, weight, shift)


def scale_and_shift(norm: _BatchNorm) -> tuple[Tensor, Tensor, Tensor]:
    """Return what a norm in eval mode multiplies and adds, and 1 / deviation; each (C,)."""
    inverse = torch.rsqrt(norm.running_var + norm.eps)
    scale = norm.weight * inverse
    return scale, norm.bias - norm.running_mean * scale, inverse


def _is_one_convolution(conv: nn.Module, norm: nn.Module) -> bool:
    return (
        torch.is_grad_enabled()
        and isinstance(norm, _BatchNorm)
        and not norm.training
        and norm.affine
        and norm.running_mean is not None
        and type(conv) is nn.Conv2d
        and conv.bias is None
        and (conv.weight.requires_grad or norm.weight.requires_grad)
        and not (is_watched(conv) or is_watched(norm))
    )


def _is_worth_it(conv: nn.Conv2d, x: Tensor) -> bool:
    """Say whether the map is larger than the weights, whose scaled copy is kept in its place."""
    pixels = len(x) * x.shape[2] * x.shape[3] // (conv.stride[0] * conv.stride[1])
    return outweighs(pixels, conv.weight)


def outweighs(pixels: int, weight: Tensor) -> bool:
    """Say whether a convolution's output of so many pixels is larger than its weight."""
    return pixels > weight[0].numel()
