"""The hierarchical convolution in place of a pyramid's 3x3 convolution."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from mmcv.cnn import ConvModule
from torch import Tensor, nn

from res2net_mm.acceleration import accelerate
from res2net_mm.errors import UserError
from res2net_mm.layers import HierarchicalConv


def build_conv3x3(
    in_channels: int, out_channels: int, *, scales: int, stride: int = 1, **parts: Any
) -> nn.Module:
    """Build a :class:`HierarchicalConvModule`, or for one scale the plain pyramid's ConvModule."""
    channels = in_channels, out_channels
    if scales == 1:
        return ConvModule(*channels, 3, stride=stride, padding=1, inplace=False, **parts)
    return HierarchicalConvModule(*channels, scales=scales, stride=stride, **parts)


class HierarchicalConvModule(nn.Module):
    """The hierarchical convolution and a 1x1 that mixes its splits, in place of a 3x3.

    In a bottleneck a 1x1 comes before and after. Here the one before is the pyramid's lateral
    convolution; one of its own is there only where the channels change. The one after is what lets
    a split pass on what it saw to all output channels, and it leaves the output signed: the 3x3 of
    a pyramid has no activation by default, the branches of the chain must end in a ReLU.

    At 256 channels and 4 scales it has 176,576 parameters where the plain 3x3 has 590,080.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output and of the splits together.
        scales: Number of splits.
        stride: Stride. Over 1, as in the first block of a backbone's stage, splits do not carry
            and the last is pooled.
        dilations: One for each split, which then all have a branch; None for dilation 1 and the
            last split passed through.
        conv_cfg: Config of all convolutions.
        norm_cfg: Config of the norms, of the chain's branches too; None for none.
        act_cfg: Config of the activation after each 1x1; None for none.

    Raises:
        UserError: ``scales`` does not divide ``out_channels``.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        *,
        scales: int,
        stride: int = 1,
        dilations: Sequence[int] | None = None,
        conv_cfg: dict[str, Any] | None = None,
        norm_cfg: dict[str, Any] | None = None,
        act_cfg: dict[str, Any] | None = None,
    ) -> None:
        super().__init__()
        if scales < 1 or out_channels % scales:
            raise UserError(f'scales={scales} must divide out_channels={out_channels}')
        parts: dict[str, Any] = dict(conv_cfg=conv_cfg, norm_cfg=norm_cfg)
        one = partial(ConvModule, kernel_size=1, act_cfg=act_cfg, inplace=False, **parts)
        same = in_channels == out_channels
        self.reduce = nn.Identity() if same else one(in_channels, out_channels)
        chain = HierarchicalConv(
            out_channels // scales,
            scales,
            stride=stride,
            dilation=1 if dilations is None else dilations,
            carry=stride == 1,
            pool_last=stride > 1,
            pass_last=dilations is None,
            **parts,
        )
        self.chain = accelerate(chain)
        self.fuse = one(out_channels, out_channels)

    def forward(self, x: Tensor) -> Tensor:
        """(N, in_channels, H, W) -> (N, out_channels, H / stride, W / stride)."""
        return self.fuse(self.chain(self.reduce(x)))
