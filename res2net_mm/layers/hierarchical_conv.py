"""The idea of Res2Net: a 3x3 convolution as a chain of small ones."""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from mmcv.cnn import build_conv_layer
from torch import Tensor, nn

from res2net_mm.errors import UserError

from .conv_norm import build_norm
from .deformable import give_contiguous_inputs, is_deformable

BN = dict(type='BN')


class HierarchicalConv(nn.Module):
    """Convolve the channel splits one after the other, each seeing the previous one's output.

    For the splits x_0 .. x_{s-1} of the input and branches b_0 .. b_{s-2}, each a 3x3 convolution,
    norm and ReLU::

        y_i     = b_i(x_i + y_{i-1})   if carry, else b_i(x_i)
        y_{s-1} = x_{s-1}              average-pooled 3x3 if pool_last
        output  = cat(y_0 .. y_{s-1})

    so that y_i has seen i + 1 convolutions and one layer holds features of s receptive fields. The
    paper's equation (1) leaves x_1 unconvolved instead of x_s; this is the form of every published
    network, equal to it up to the order of the channels.

    With ``scales=1`` it is a plain 3x3 convolution, norm and ReLU.

    Args:
        width: Channels of one split; the input and output have ``width * scales``.
        scales: Number of splits s.
        stride: Stride of the 3x3 convolutions. Over 1, splits cannot carry and the last is pooled.
        dilation: Dilation of the 3x3 convolutions, one for all or one for each.
        groups: Groups of the 3x3 convolutions (the cardinality of Res2NeXt).
        carry: Whether a split adds the previous one's output before its convolution.
        pool_last: Whether the last split is average-pooled 3x3.
        pool_padding: Whether that average counts the zeros around the map (Paddle's does not).
        pass_last: Whether the last split is passed through (or pooled). If not it has a branch of
            its own: the first blocks of the CIFAR networks, a grouped convolution in effect.
        conv_cfg: Config of the 3x3 convolutions; a deformable one is welcome.
        norm_cfg: Config of the norms; None for none, the 3x3 convolutions then have a bias.

    Raises:
        UserError: ``scales`` is below 1, ``groups`` does not divide ``width``, there is not one
            dilation for each branch, or the stride contradicts ``carry`` and ``pool_last``.

    Source: Gao et al., Res2Net, arXiv 1904.01169, section 3.1.
    """

    def __init__(
        self,
        width: int,
        scales: int,
        *,
        stride: int = 1,
        dilation: int | Sequence[int] = 1,
        groups: int = 1,
        carry: bool = True,
        pool_last: bool = False,
        pool_padding: bool = True,
        pass_last: bool = True,
        conv_cfg: dict[str, Any] | None = None,
        norm_cfg: dict[str, Any] | None = BN,
    ) -> None:
        super().__init__()
        if scales < 1:
            raise UserError(f'scales={scales} must be at least 1')
        if width < 1:
            raise UserError(f'a split has width={width} channels: base_width is too small')
        if groups < 1 or width % groups:
            raise UserError(f'groups={groups} must divide the width={width} channels of a split')
        pass_last = pass_last and scales > 1
        if scales > 1 and stride != 1 and (carry or (pass_last and not pool_last)):
            raise UserError(f'stride={stride} needs carry=False and pool_last=True')
        self.width, self.scales, self.stride = width, scales, stride
        self.carry, self.pass_last = carry, pass_last
        self.pool_last, self.pool_padding = pool_last, pool_padding
        branches = scales - pass_last
        dilations = [dilation] * branches if isinstance(dilation, int) else dilation
        if len(dilations) != branches:
            raise UserError(
                f'dilation={tuple(dilations)} must have one entry for each of {branches} branches'
            )
        shape = dict(kernel_size=3, stride=stride, groups=groups, bias=norm_cfg is None)
        self.convs = nn.ModuleList(
            build_conv_layer(conv_cfg, width, width, padding=d, dilation=d, **shape)
            for d in dilations
        )
        self.bns = nn.ModuleList(
            nn.Identity() if norm_cfg is None else build_norm(norm_cfg, width) for _ in dilations
        )
        self.relu = nn.ReLU(inplace=True)
        for conv in self.convs:
            if is_deformable(conv):
                give_contiguous_inputs(conv)

    def forward(self, x: Tensor) -> Tensor:
        """(N, width * scales, H, W) -> (N, width * scales, H / stride, W / stride)."""
        splits = x.split(self.width, dim=1)
        outputs: list[Tensor] = []
        for i in range(len(self.convs)):
            split = splits[i]
            if self.carry and outputs:
                split = split + outputs[-1]
            outputs.append(self.branch(i, split))
        if self.pass_last:
            outputs.append(self.pool(splits[-1]) if self.pool_last else splits[-1])
        return torch.cat(outputs, dim=1) if len(outputs) > 1 else outputs[0]

    def branch(self, i: int, x: Tensor) -> Tensor:
        """Convolve, normalise and rectify a split: b_i above."""
        return self.relu(self.bns[i](self.convs[i](x)))

    def pool(self, x: Tensor) -> Tensor:
        """Average-pool the last split: (N, width, H, W) -> (N, width, H / stride, W / stride)."""
        return F.avg_pool2d(x, 3, self.stride, padding=1, count_include_pad=self.pool_padding)

    def extra_repr(self) -> str:
        return f'scales={self.scales}, carry={self.carry}, pool_last={self.pool_last}'
