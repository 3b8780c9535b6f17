"""What the first block of a stage does, by publisher.

Two booleans describe every published Res2Net block (see :class:`HierarchicalConv`): whether a split
carries the previous one's output, and whether the last split is average-pooled. Publishers differ
in how they set them in the first block of a stage, and Paddle's pooling does not count the padding:

============  ==================  =================  =============
rule          first, stride 2     first, stride 1    other blocks
============  ==================  =================  =============
``official``  no carry, pool      no carry, pool     carry
``mmdet``     no carry, pool      no carry           carry
``paddle``    no carry, pool      carry              carry
              inside the map
``dla``       no carry, pool      carry              carry
============  ==================  =================  =============

"Stride" is that of the 3x3 convolutions: 1 in layer1, in stages dilated to stride 1, and in every
block of a network in caffe style, whose stride sits in the 1x1.

The same weights under another rule give other features and no shape tells them apart, so the rule
is part of a checkpoint's identity. ``official`` is also what timm and mmpretrain compute. Sources:
the publishers' code as listed in the README's table of dialects.
"""

from typing import NamedTuple

from res2net_mm.errors import UserError


class SplitFlow(NamedTuple):
    """How the splits of one block are connected."""

    carry: bool  # y_i = b_i(x_i + y_{i-1}) instead of b_i(x_i)
    pool_last: bool  # the last split is average-pooled 3x3 instead of passed through
    pool_padding: bool = True  # the average counts the zeros around the map


# What each rule makes of a stage's first block when its 3x3 convolutions have stride 1.
_FIRST_AT_STRIDE_1 = {
    'official': SplitFlow(carry=False, pool_last=True),
    'mmdet': SplitFlow(carry=False, pool_last=False),
    'paddle': SplitFlow(carry=True, pool_last=False),
    'dla': SplitFlow(carry=True, pool_last=False),
}
BLOCK_RULES = tuple(_FIRST_AT_STRIDE_1)


def split_flow(rule: str, *, first: bool, stride: int) -> SplitFlow:
    """Return how the splits of a block are connected under ``rule``.

    ``first`` marks the first block of a stage; ``stride`` is that of its 3x3 convolutions.

    Raises:
        UserError: The rule is none of ``BLOCK_RULES``.
    """
    if rule not in _FIRST_AT_STRIDE_1:
        raise UserError(f'block_rule={rule!r} is unknown; allowed: {", ".join(BLOCK_RULES)}')
    if stride != 1:  # splits of different resolution cannot be added
        return SplitFlow(carry=False, pool_last=True, pool_padding=rule != 'paddle')
    return _FIRST_AT_STRIDE_1[rule] if first else SplitFlow(carry=True, pool_last=False)
