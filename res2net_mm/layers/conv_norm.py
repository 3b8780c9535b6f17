"""A convolution and the norm behind it, as one convolution where the norm is a fixed scale."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from .layout import is_pointwise, pointwise


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
        return norm(_convolve(conv, x))
    scale = norm.weight * torch.rsqrt(norm.running_var + norm.eps)  # (C',)
    shift = norm.bias - norm.running_mean * scale
    weight = conv.weight * scale.view(-1, 1, 1, 1)
    if is_pointwise(conv, x):
        # A sum, since what is a view of a product can be rectified in place through copies only.
        return pointwise(x, weight) + shift.view(-1, 1, 1)
    return conv._conv_forward(x, weight, shift)


def run_layers(layers: Iterable[nn.Module], x: Tensor) -> Tensor:
    """Run layers one after the other, each convolution together with a batch norm behind it."""
    layers = list(layers)
    for layer, following in zip(layers, [*layers[1:], None], strict=True):
        if isinstance(following, _BatchNorm):
            x = conv_norm(layer, following, x)
        elif not isinstance(layer, _BatchNorm) or layer is layers[0]:
            x = layer(x)
    return x


class ConvNorms(nn.Sequential):
    """A sequence whose convolutions are computed together with the batch norm behind each."""

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> what the layers make of it."""
        return run_layers(self, x)


def _convolve(conv: nn.Module, x: Tensor) -> Tensor:
    plain = type(conv) is nn.Conv2d and not is_watched(conv)
    return pointwise(x, conv.weight) if plain and is_pointwise(conv, x) else conv(x)


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
    return pixels > conv.weight[0].numel()


def is_watched(module: nn.Module) -> bool:
    """Say whether someone asked to be called with what goes in or comes out."""
    return bool(
        module._forward_hooks
        or module._forward_pre_hooks
        or module._backward_hooks
        or module._backward_pre_hooks
    )
