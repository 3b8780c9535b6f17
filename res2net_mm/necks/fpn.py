"""The pyramids of FPN and PAFPN with the hierarchical convolution as their 3x3."""

from collections.abc import Sequence
from typing import Any

import torch.nn.functional as F
from mmcv.cnn import ConvModule
from mmengine.model import BaseModule
from torch import Tensor, nn

from res2net_mm.errors import UserError
from res2net_mm.registry import MODELS

from .conv3x3 import build_conv3x3

EXTRA_SOURCES = ('on_input', 'on_lateral', 'on_output')
NEAREST = dict(mode='nearest')
XAVIER = dict(type='Xavier', layer='Conv2d', distribution='uniform')


@MODELS.register_module()
class HierarchicalFPN(BaseModule):
    """Feature pyramid network whose 3x3 convolutions are hierarchical.

    The arguments and their meaning are those of MMDetection 3's FPN, plus ``scales``; with
    ``scales=1`` it is that FPN, and its weights load. Neither toolbox is needed.

    Args:
        in_channels: Channels of each input map.
        out_channels: Channels of each output map.
        num_outs: Number of output maps.
        scales: Splits of the hierarchical convolutions.
        start_level: First input map that is used.
        end_level: Last input map that is used; -1 for the last there is. With another, there are
            no extra levels.
        add_extra_convs: How levels above the inputs are made: False by max pooling, else by 3x3
            convolutions of stride 2 on the last map ``on_input`` (also: True), ``on_lateral`` or
            ``on_output``.
        relu_before_extra_convs: Whether a ReLU comes before each but the first of these.
        no_norm_on_lateral: Whether the lateral 1x1 go without the norm.
        conv_cfg: Config of all convolutions.
        norm_cfg: Config of the norms; None for none.
        act_cfg: Config of the activation after each convolution; None for none. Branches of the
            hierarchical convolution have their ReLU in any case.
        upsample_cfg: Arguments of ``torch.nn.functional.interpolate``; the size is that of the map
            below unless ``scale_factor`` is among them.
        init_cfg: Initialisation, see BaseModule.

    Raises:
        UserError: An argument does not fit the others.

    Source: Lin et al., Feature Pyramid Networks, arXiv 1612.03144; Gao et al., Res2Net, arXiv
    1904.01169.
    """

    def __init__(
        self,
        *,
        in_channels: Sequence[int],
        out_channels: int,
        num_outs: int,
        scales: int = 4,
        start_level: int = 0,
        end_level: int = -1,
        add_extra_convs: bool | str = False,
        relu_before_extra_convs: bool = False,
        no_norm_on_lateral: bool = False,
        conv_cfg: dict[str, Any] | None = None,
        norm_cfg: dict[str, Any] | None = None,
        act_cfg: dict[str, Any] | None = None,
        upsample_cfg: dict[str, Any] = NEAREST,
        init_cfg: dict[str, Any] | list[dict[str, Any]] | None = XAVIER,
    ) -> None:
        super().__init__(init_cfg)
        self.in_channels, inputs = tuple(in_channels), len(in_channels)
        last = inputs - 1 if end_level == -1 else end_level
        if not 0 <= start_level <= last < inputs:
            raise UserError(
                f'start_level={start_level} and end_level={end_level} must name the first and the '
                f'last used of {inputs} maps'
            )
        self.levels = range(start_level, last + 1)  # the indices of the input maps that are used
        used, may_extend = len(self.levels), last == inputs - 1
        if num_outs < used or (num_outs > used and not may_extend):
            allowed = f'{used} or more' if may_extend else f'{used}, as end_level is not the last'
            raise UserError(f'num_outs={num_outs} of {used} levels used: allowed is {allowed}')
        if add_extra_convs not in (False, True, *EXTRA_SOURCES):
            raise UserError(
                f'add_extra_convs={add_extra_convs!r} is unknown; allowed: False, True, '
                f'{", ".join(EXTRA_SOURCES)}'
            )
        self.out_channels, self.num_outs, self.scales = out_channels, num_outs, scales
        self.add_extra_convs = 'on_input' if add_extra_convs is True else add_extra_convs
        self.relu_before_extra_convs = relu_before_extra_convs
        self.upsample_cfg = dict(upsample_cfg)
        self.parts: dict[str, Any] = dict(conv_cfg=conv_cfg, norm_cfg=norm_cfg, act_cfg=act_cfg)
        lateral = dict(self.parts, norm_cfg=None) if no_norm_on_lateral else self.parts
        self.lateral_convs = nn.ModuleList(
            ConvModule(self.in_channels[i], out_channels, 1, inplace=False, **lateral)
            for i in self.levels
        )
        self.fpn_convs = nn.ModuleList(self.conv3x3() for _ in self.levels)
        # The extra ones in the same list, where the plain pyramid's checkpoints have them.
        for i in range(num_outs - used if self.add_extra_convs else 0):
            reads_input = i == 0 and self.add_extra_convs == 'on_input'
            channels = self.in_channels[self.levels[-1]] if reads_input else out_channels
            self.fpn_convs.append(self.conv3x3(channels, stride=2))

    def conv3x3(self, in_channels: int | None = None, *, stride: int = 1) -> nn.Module:
        """Build a 3x3 convolution of this pyramid, from ``out_channels`` unless said otherwise."""
        channels = in_channels or self.out_channels, self.out_channels
        return build_conv3x3(*channels, scales=self.scales, stride=stride, **self.parts)

    def forward(self, inputs: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """Return the pyramid of the backbone's maps.

        Args:
            inputs: Maps (N, in_channels[i], H_i, W_i), from fine to coarse.

        Returns:
            ``num_outs`` maps (N, out_channels, H_j, W_j): the sizes are those of the inputs used,
            then halved for each extra level.

        Raises:
            UserError: There are more or fewer maps than ``in_channels`` has entries.
        """
        if len(inputs) != len(self.in_channels):
            raise UserError(
                f'the neck got {len(inputs)} maps but in_channels={self.in_channels}; give one '
                "entry for each of the backbone's out_indices"
            )
        merged = self.top_down(
            [conv(inputs[i]) for conv, i in zip(self.lateral_convs, self.levels, strict=True)]
        )
        outs = self.smooth(merged)
        sources = dict(on_input=inputs[self.levels[-1]], on_lateral=merged[-1], on_output=outs[-1])
        while len(outs) < self.num_outs:
            if not self.add_extra_convs:
                outs.append(F.max_pool2d(outs[-1], 1, stride=2))
                continue
            if len(outs) == len(merged):
                source = sources[self.add_extra_convs]
            else:
                source = F.relu(outs[-1]) if self.relu_before_extra_convs else outs[-1]
            outs.append(self.fpn_convs[len(outs)](source))
        return tuple(outs)

    def top_down(self, laterals: list[Tensor]) -> list[Tensor]:
        """Add to each map (N, C, H_i, W_i) the coarser ones, brought to its size."""
        merged, options = [laterals[-1]], dict(self.upsample_cfg)
        for lateral in reversed(laterals[:-1]):
            if 'scale_factor' not in self.upsample_cfg:
                options['size'] = lateral.shape[2:]
            merged.insert(0, lateral + F.interpolate(merged[0], **options))
        return merged

    def smooth(self, merged: list[Tensor]) -> list[Tensor]:
        """Convolve each map (N, C, H_i, W_i) by itself."""
        return [conv(x) for conv, x in zip(self.fpn_convs, merged, strict=False)]


@MODELS.register_module()
class HierarchicalPAFPN(HierarchicalFPN):
    """A feature pyramid followed by a path from the bottom up.

    The 3x3 convolutions of stride 2 on that path are hierarchical as well: like the first block of
    a backbone's stage, without carrying and with the last split pooled.

    The arguments are those of :class:`HierarchicalFPN`. With ``scales=1`` it is MMDetection's
    PAFPN, and its weights load.

    Source: Liu et al., Path Aggregation Network, arXiv 1803.01534; Gao et al., Res2Net, arXiv
    1904.01169.
    """

    def __init__(self, **pyramid: Any) -> None:
        super().__init__(**pyramid)
        self.downsample_convs = nn.ModuleList(self.conv3x3(stride=2) for _ in self.levels[1:])
        self.pafpn_convs = nn.ModuleList(self.conv3x3() for _ in self.levels[1:])

    def smooth(self, merged: list[Tensor]) -> list[Tensor]:
        """Convolve each map (N, C, H_i, W_i) and add to it the finer ones, then convolve again."""
        paths = super().smooth(merged)
        for i, downsample in enumerate(self.downsample_convs):
            paths[i + 1] = paths[i + 1] + downsample(paths[i])
        return paths[:1] + [conv(x) for conv, x in zip(self.pafpn_convs, paths[1:], strict=True)]
