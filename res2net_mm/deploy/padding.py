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
    _widen(convs[0], width, more, inputs=False)
    for conv in convs[1:-1]:
        _widen(conv, width, more)
    _widen(convs[-1], width, more, outputs=False)
    block.width = width + more


def _widen(
    conv: nn.Conv2d, width: int, more: int, *, outputs: bool = True, inputs: bool = True
) -> None:
    """Add ``more`` channels of zeros after every ``width`` output and input channels."""
    weight, bias = conv.weight, conv.bias
    assert bias is not None
    if outputs:
        weight, bias = _spread(weight, 0, width, more), _spread(bias, 0, width, more)
    if inputs:
        weight = _spread(weight, 1, width, more)
    conv.weight, conv.bias = (nn.Parameter(t, requires_grad=False) for t in (weight, bias))
    conv.out_channels, conv.in_channels = weight.shape[:2]


def _spread(values: Tensor, dim: int, width: int, more: int) -> Tensor:
    zeros = values.new_zeros([more if i == dim else n for i, n in enumerate(values.shape)])
    return torch.cat([t for part in values.split(width, dim) for t in (part, zeros)], dim)
