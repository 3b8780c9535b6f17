"""Residual blocks fused for prediction: one pass per convolution and few copies.

Processor time of Res2Net-50 26w4s over ResNet-50 with packed convolutions (0.32 s), in float32 at
1x3x320x480 on one core (Zen 3, AVX2, PyTorch 2.13, oneDNN 3.12): unfused 1.52; norms folded and
channels last 1.20; packed convolutions too 1.12; torch.compile with frozen weights 1.06.

Writing the chain's outputs over its inputs takes 9, 10, 5 and 5 % off a chain in stages 1 to 4. Not
faster: splits padded to 8 or 16 channels; the first block of stages 2 to 4 as one grouped
convolution; the output and the next sum written in one pass. The rest is the 3x3 convolution of 26
channels, at 64 GFLOP/s where wider ones run at 90 to 102.
"""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from res2net_mm.layers import Bottle2neck

from .folding import FoldedNorm, FusedModule
from .packed_conv import PackedConv2d

# The first two classes of OpenMMLab's ResNet and ResNeXt blocks.
_BOTTLENECKS = (['Bottleneck', 'BaseModule'], ['Bottleneck', 'Bottleneck'])


def _are_fast(convs: Iterable[nn.Module | None], norms: Iterable[nn.Module | None]) -> bool:
    """Return whether all norms are folded and all convolutions are packed."""
    folded = all(isinstance(norm, FoldedNorm) for norm in norms)
    return folded and all(isinstance(conv, PackedConv2d) for conv in convs)


class FusedBottleneck(FusedModule):
    """A bottleneck of OpenMMLab's ResNet or ResNeXt without norms, in few passes over memory.

    Where oneDNN runs (see :class:`PackedConv2d`), convolutions apply ReLUs and add the shortcut.
    Elsewhere the block itself runs.
    """

    block: Any  # its convolutions may be packed, which their type does not say
    can_be_fast = True

    def __init__(self, block: nn.Module) -> None:
        super().__init__()
        self.block = block

    @staticmethod
    def takes(module: nn.Module) -> bool:
        """Return whether a module is such a block, without plugins or special convolutions."""
        if [kind.__name__ for kind in type(module).__mro__[:2]] not in _BOTTLENECKS:
            return False
        if not type(module).__module__.startswith(('mmdet.', 'mmseg.', 'mmpretrain.')):
            return False
        convs, norms = (
            [getattr(module, f'{kind}{i}', None) for i in (1, 2, 3)] for kind in ('conv', 'norm')
        )
        return _are_fast(convs, norms) and not getattr(module, 'with_plugins', False)

    def forward(self, x: Tensor, identity: Tensor | None = None) -> Tensor:
        """(N, in_channels, H, W) -> (N, out_channels, H / stride, W / stride)."""
        block = self.block
        if not (self.can_be_fast and block.conv1.is_fast(x)):
            return block(x) if identity is None else block(x, identity)
        x = x.contiguous(memory_format=torch.channels_last)
        if identity is None:
            identity = x if block.downsample is None else block.downsample(x)
        y = self.middle(block.conv1.finish(x, relu=True))
        if getattr(block, 'se', None) is None:
            return block.conv3.finish(y, add=identity, relu=True)
        return block.se(block.conv3(y)).add_(identity).relu_()

    def middle(self, x: Tensor) -> Tensor:
        """Compute what lies between the 1x1 convolutions."""
        return self.block.conv2.finish(x, relu=True)


class FusedBottle2neck(FusedBottleneck):
    """A :class:`Bottle2neck` without norms, in few passes over memory.

    The chain writes its outputs over its inputs, so that nothing is concatenated.
    """

    def __init__(self, block: Bottle2neck) -> None:
        super().__init__(block)
        self.can_be_fast = not block.plugins and _are_fast(block.all_convs(), block.all_norms())

    def middle(self, x: Tensor) -> Tensor:
        """Compute ``HierarchicalConv.forward``, each output written over its split of ``x``."""
        block = self.block
        splits = x.split(block.width, dim=1)
        y, out = splits[0], x
        for i, conv in enumerate(block.convs):
            y = conv.finish(splits[i] + y if block.carry and i else splits[i], relu=True)
            if i == 0 and block.stride > 1:
                shape = (len(x), x.shape[1], *y.shape[2:])
                out = torch.empty(shape, memory_format=torch.channels_last)
            out[:, i * block.width : (i + 1) * block.width] = y
        if block.pass_last and block.pool_last:
            out[:, -block.width :] = block.pool(splits[-1])
        return out
