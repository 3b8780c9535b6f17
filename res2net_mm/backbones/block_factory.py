"""Build the blocks of a backbone, stage by stage."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import nn

from res2net_mm.acceleration import AcceleratedBottle2neck
from res2net_mm.errors import UserError
from res2net_mm.layers import build_shortcut, register_deformable

from .checked_arguments import per_stage


@dataclass(frozen=True, kw_only=True)
class BlockFactory:
    """Builder of the blocks of one backbone, holding the arguments that all of them share.

    Attributes:
        numbers: ``scales``, ``base_width``, ``groups``, ``convolve_first``, ``se`` and
            ``block_rule`` of the network.
        expansion: A block's output channels per channel of its stage's base width.
        num_stages: Stages of the network.
        style: Where a block's stride sits, ``pytorch`` or ``caffe``.
        dcn: Config of deformable 3x3 convolutions, or None.
        stage_with_dcn: Which stages have them.
        plugins: mmcv plugin layers, each with its position and stages.
        with_cp: Whether the blocks are recomputed in the backward pass (memory mode of a block).
        conv_cfg: Config of the convolutions.
        norm_cfg: Config of the norms.
    """

    numbers: dict[str, Any]
    expansion: int
    num_stages: int
    style: str = 'pytorch'
    dcn: dict[str, Any] | None = None
    stage_with_dcn: Sequence[bool] | None = None
    plugins: Sequence[dict[str, Any]] | None = None
    with_cp: bool = False
    conv_cfg: dict[str, Any] | None = None
    norm_cfg: dict[str, Any]

    def __post_init__(self) -> None:
        if bool(self.stage_with_dcn and any(self.stage_with_dcn)) != (self.dcn is not None):
            raise UserError(
                f'dcn={self.dcn} and stage_with_dcn={self.stage_with_dcn} belong together: one '
                'says which deformable convolution, the other in which stages'
            )
        if self.dcn is not None:
            register_deformable(self.dcn)
        if self.stage_with_dcn is not None:
            per_stage('stage_with_dcn', self.stage_with_dcn, self.num_stages)
        for plugin in self.plugins or ():
            if 'stages' in plugin:
                per_stage('plugin stages', plugin['stages'], self.num_stages)

    def build(
        self,
        stage: int,
        in_channels: int,
        out_channels: int,
        *,
        first: bool,
        stride: int = 1,
        dilation: int = 1,
        shortcut: nn.Module | None = None,
    ) -> AcceleratedBottle2neck:
        """Build a block (N, in_channels, H, W) -> (N, out_channels, H / stride, W / stride).

        Args:
            stage: Index of the block's stage.
            in_channels: Channels of the input.
            out_channels: Channels of the output.
            first: Whether the block is the first of its stage.
            stride: Stride of the block.
            dilation: Dilation of its 3x3 convolutions.
            shortcut: Module for the identity path; None adds the input as it is.
        """
        numbers = self.numbers
        planes = out_channels // self.expansion
        block = AcceleratedBottle2neck(
            in_channels,
            out_channels,
            planes * numbers['base_width'] // 64 * numbers['groups'],
            numbers['scales'],
            first=first,
            block_rule=numbers['block_rule'],
            stride=stride,
            dilation=dilation,
            groups=numbers['groups'],
            pass_last=not (first and numbers['convolve_first']),
            style=self.style,
            shortcut=shortcut,
            se=numbers['se'],
            plugins=[
                plugin
                for plugin in self.plugins or ()
                if 'stages' not in plugin or plugin['stages'][stage]
            ],
            conv_cfg=self.conv_cfg,
            hierarchical_conv_cfg=self._dcn_of(stage, stride),
            norm_cfg=self.norm_cfg,
        )
        block.with_cp = self.with_cp
        return block

    def build_stage(
        self,
        stage: int,
        in_channels: int,
        out_channels: int,
        *,
        stride: int,
        dilations: Sequence[int],
        avg_down: bool,
    ) -> nn.Sequential:
        """Build a stage of ResNet's form (N, in_channels, H, W) -> (N, out_channels, ...).

        Args:
            stage: Index of the stage.
            in_channels: Channels of the input.
            out_channels: Channels of the output.
            stride: Stride of the first block.
            dilations: Dilation of each block, as many as there are blocks.
            avg_down: Whether the shortcut average-pools instead of striding.
        """
        blocks = []
        for i, dilation in enumerate(dilations):
            block_stride = stride if i == 0 else 1
            shortcut = build_shortcut(
                in_channels,
                out_channels,
                stride=block_stride,
                avg_down=avg_down,
                conv_cfg=self.conv_cfg,
                norm_cfg=self.norm_cfg,
            )
            blocks.append(
                self.build(
                    stage,
                    in_channels,
                    out_channels,
                    first=i == 0,
                    stride=block_stride,
                    dilation=dilation,
                    shortcut=shortcut,
                )
            )
            in_channels = out_channels
        return nn.Sequential(*blocks)

    def _dcn_of(self, stage: int, stride: int) -> dict[str, Any] | None:
        """Return the deformable convolution's config where the block has one."""
        if not (self.dcn and self.stage_with_dcn and self.stage_with_dcn[stage]):
            return None
        cfg = dict(self.dcn)
        fallback_on_stride = cfg.pop('fallback_on_stride', False)
        return None if fallback_on_stride and stride != 1 else cfg
