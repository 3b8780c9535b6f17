"""Theoretical receptive fields: the side of the square of inputs that can reach a unit.

They are read off a copy of the network in which nothing cancels: every convolution weight is
positive, norms are left out and maxima are averages. The gradient of a unit is then different from
zero exactly where an input can reach it. Kernels, strides and pools are square, so that an input
one pixel wide is enough, and a long one costs little.
"""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import torch
from torch import Tensor, nn

from .feature_maps import (
    FeatureMaps,
    has_splits,
    kept,
    parts_of,
    places_of,
    stages_of,
    stop_recomputing,
)

LENGTHS = (512, 2048, 8192, 16384)  # px, tried until the field ends inside the input
SHAPE = ('kernel_size', 'stride', 'padding', 'dilation', 'groups')  # of a convolution
NORMS = (nn.modules.batchnorm._BatchNorm, nn.GroupNorm, nn.LayerNorm)


def theoretical_receptive_fields(backbone: nn.Module, block: int = -1) -> dict[str, int | None]:
    """Return the theoretical receptive field of each stage and split.

    Squeeze-and-excitation, by which every unit depends on the whole image, is left out.

    Args:
        backbone: As for :func:`places_of`; it is not changed.
        block: Index of the block of each stage whose splits are measured.

    Returns:
        Name of a map -> side in px; None after a deformable convolution, which may sample
        anywhere, and where the field is larger than ``LENGTHS``.
    """
    copy = deepcopy(backbone).double().cpu()
    copy.eval()  # not chained: MMDetection's ResNet returns None
    stop_recomputing(copy)
    _make_positive(copy)
    found: dict[str, int | None] = dict.fromkeys(
        name for place in places_of(copy, block) for name in place.names
    )
    stages = stages_of(copy)
    open_ended = [p for p in places_of(copy, block) if not _is_deformed(stages[: p.stage])]
    for length in LENGTHS:
        fields = _fields(copy, open_ended, length)
        found |= fields
        open_ended = [p for p in open_ended if any(fields[name] is None for name in p.names)]
        if not open_ended:
            break
    return found


def _is_deformed(stages: Sequence[nn.Module]) -> bool:
    """Return whether one of the stages holds a deformable convolution."""
    return any(hasattr(module, 'conv_offset') for stage in stages for module in stage.modules())


def _fields(
    network: nn.Module, places: Sequence[FeatureMaps], length: int
) -> dict[str, int | None]:
    """Return the field of each map, None where it reaches the border of the input."""
    channels = next(m for m in network.modules() if isinstance(m, UniformConv)).in_channels
    x = torch.ones(1, channels, length, 1, dtype=torch.double, requires_grad=True)
    with kept(places) as tensors:
        network(x)
    found: dict[str, int | None] = {}
    for name, part in parts_of(places, tensors):
        unit = part[0, :, part.shape[2] // 2, 0].sum()
        (gradient,) = torch.autograd.grad(unit, x, retain_graph=True)
        reached = gradient.sum(dim=(0, 1, 3)).nonzero().flatten()
        first, last = int(reached[0]), int(reached[-1])
        found[name] = last - first + 1 if first > 0 and last < length - 1 else None
    return found


def _make_positive(network: nn.Module) -> None:
    for parent in list(network.modules()):
        if has_splits(parent) and getattr(parent, 'se', None) is not None:
            parent.se = nn.Identity()
        for name, child in parent.named_children():
            if isinstance(child, NORMS):
                setattr(parent, name, nn.Identity())
            elif isinstance(child, nn.MaxPool2d):
                window = child.kernel_size, child.stride, child.padding, child.ceil_mode
                setattr(parent, name, nn.AvgPool2d(*window))
            elif isinstance(child, nn.Conv2d):
                setattr(parent, name, UniformConv(child))


class UniformConv(nn.Module):
    """A convolution with equal weights, at the cost of one channel for each group."""

    def __init__(self, conv: nn.Conv2d) -> None:
        super().__init__()
        shape: dict[str, Any] = {name: getattr(conv, name) for name in SHAPE}
        self.conv = nn.Conv2d(conv.groups, conv.groups, **shape, bias=False, dtype=torch.double)
        kernel = self.conv.weight[0].numel()
        nn.init.constant_(self.conv.weight, 1 / kernel).requires_grad_(False)
        self.in_channels = conv.in_channels
        self.outputs = conv.out_channels // conv.groups  # of each group

    def forward(self, x: Tensor) -> Tensor:
        """(N, in_channels, H, W) -> (N, out_channels, H', W')."""
        means = x.unflatten(1, (self.conv.groups, -1)).mean(2)  # (N, groups, H, W)
        return self.conv(means).repeat_interleave(self.outputs, dim=1)
