"""Pad the splits of a block with channels of zeros."""

from typing import cast

import torch
from torch import Tensor, nn

from res2net_mm.layers import Bottle2neck


def pad_splits(block: Bottle2neck, multiple: int) -> None:
    """Pad the splits of a block, in place, to a multiple of channels; the output stays the same.

    Weights and biases of the new channels are zero, and the last convolution does not read them.
    Blocks with groups, plugins, deformable convolutions or norms are left as they are.

    Args:
        block: A block whose norms are folded.
        multiple: The split's width becomes a multiple of it.
    """
    width, more = block.width, -block.width % multiple
    convs = cast(list[nn.Conv2d], block.all_convs())
    plain = all(isinstance(conv, nn.Conv2d) and conv.groups == 1 for conv in convs)
    folded = plain and all(conv.bias is not None for conv in convs)
    if not more or not folded or block.plugins:
        return
    _widen(convs[0], outputs=(width, more))
    for conv in convs[1:-1]:
        _widen(conv, outputs=(width, more), inputs=(width, more))
    _widen(convs[-1], inputs=(width, more))
    block.width = width + more


def _widen(
    conv: nn.Conv2d,
    *,
    outputs: tuple[int, int] | None = None,
    inputs: tuple[int, int] | None = None,
) -> None:
    """Add zeros after every split; ``outputs`` and ``inputs`` are (width, channels to add)."""
    if outputs is not None:
        conv.weight = nn.Parameter(_spread(conv.weight, 0, *outputs), requires_grad=False)
        assert conv.bias is not None
        conv.bias = nn.Parameter(_spread(conv.bias, 0, *outputs), requires_grad=False)
        conv.out_channels = len(conv.bias)
    if inputs is not None:
        conv.weight = nn.Parameter(_spread(conv.weight, 1, *inputs), requires_grad=False)
        conv.in_channels = conv.weight.shape[1]


def _spread(values: Tensor, dim: int, width: int, more: int) -> Tensor:
    parts = []
    for part in values.split(width, dim):
        shape = list(part.shape)
        shape[dim] = more
        parts += [part, part.new_zeros(shape)]
    return torch.cat(parts, dim)
