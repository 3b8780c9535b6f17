"""Norms that are a fixed scale and shift per channel in eval mode, and their replacements."""

from collections import Counter
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from res2net_mm.errors import UserError

T = TypeVar('T', bound=nn.Module)
# Norms with statistics by class name, since mmcv and torchvision may not be installed.
_BY_NAME = {'SyncBatchNorm', 'FrozenBatchNorm2d', 'FrozenBatchNorm'}


def is_foldable(module: nn.Module) -> bool:
    """Return whether a module in eval mode scales and shifts each channel by constants.

    A batch norm without running statistics does not: it normalises by the statistics of the batch.
    """
    of_batch = isinstance(module, _BatchNorm) or type(module).__name__ in _BY_NAME
    return of_batch and getattr(module, 'running_mean', None) is not None


def count_norms(model: nn.Module) -> dict[str, int]:
    """Count the norms inside by class name, foldable or not."""
    others = (nn.GroupNorm, nn.LayerNorm, nn.modules.instancenorm._InstanceNorm, _BatchNorm)
    found = [m for m in model.modules() if is_foldable(m) or isinstance(m, others)]
    return dict(Counter(type(module).__name__ for module in found))


def scale_and_shift(norm: Any) -> tuple[Tensor, Tensor]:
    """Return the scale and the shift of a batch norm in eval mode, each (C,), in float64."""
    mean, variance = norm.running_mean.double(), norm.running_var.double()
    scale = torch.rsqrt(variance + norm.eps)
    if norm.weight is not None:
        scale = scale * norm.weight.double()
    shift = -mean * scale
    if norm.bias is not None:
        shift = shift + norm.bias.double()
    return scale.detach(), shift.detach()


class FusedModule(nn.Module):
    """A part of a fused network, which only predicts."""

    def train(self: T, mode: bool = True) -> T:
        """Return the module in eval mode, or raise UserError if it is put into training mode."""
        if mode:
            raise UserError(
                'a fused network only predicts, its norms are gone: train the network it was fused '
                'from and fuse it anew (or call eval() on what holds this one)'
            )
        return super().train(mode)


class FoldedNorm(FusedModule, nn.Identity):
    """Placeholder of a norm that was folded into the convolution before it."""


class ScaleAndShift(FusedModule):
    """The scale and shift of a norm that could not be folded into a convolution.

    Args:
        norm: A batch norm.
    """

    scale: Tensor
    shift: Tensor

    def __init__(self, norm: Any) -> None:
        super().__init__()
        dtype = norm.running_mean.dtype
        for name, values in zip(('scale', 'shift'), scale_and_shift(norm), strict=True):
            self.register_buffer(name, values.to(dtype))
        self.eval()

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, ...) -> (N, C, ...)."""
        shape = (1, -1, *(1,) * (x.dim() - 2))
        return x * self.scale.view(shape) + self.shift.view(shape)
