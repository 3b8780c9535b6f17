"""Convolutions, norms and ReLUs in a row, computed together where that is faster."""

from collections.abc import Iterable

from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from .conv_norm import conv_norm
from .convolution import convolve
from .norm_relu import is_trained_by_batches, norm_relu


def run_layers(layers: Iterable[nn.Module], x: Tensor) -> Tensor:
    """Run layers one after the other, each convolution together with norm and ReLU behind it."""
    layers = list(layers)
    while layers:
        layer = layers.pop(0)
        if not (layers and isinstance(layers[0], _BatchNorm)):
            x = layer(x)
            continue
        norm = layers.pop(0)
        if not is_trained_by_batches(norm):
            x = conv_norm(layer, norm, x)
            continue
        relu = layers.pop(0) if layers and isinstance(layers[0], nn.ReLU) else None
        x = norm_relu(norm, relu, convolve(layer, x))
    return x


class ConvNorms(nn.Sequential):
    """A sequence whose convolutions are computed together with the norm behind each."""

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> what the layers make of it."""
        return run_layers(self, x)
