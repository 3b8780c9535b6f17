"""Build the blocks of a backbone, stage by stage."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import nn

from res2net_mm.acceleration import AcceleratedBottle2neck
from res2net_mm.errors import UserError
from res2net_mm.layers import build_shortcut, register_deformable

from .checked_arguments import per_stage


@dataclass(frozen=True)
class BlockFactory:
    """Builder of the blocks of one backbone, holding the arguments that all of them share.

    Attributes that are not listed are the arguments of :class:`Res2Net`.

    Attributes:
        network: Its numbers, as :func:`fill_from_preset` returns them.
        expansion: A block's output channels per channel of its stage's base width.
        num_stages: Stages of the network.
    """

    network: dict[str, Any]
    expansion: int
    num_stages: int
    style: str = 'pytorch'
    dcn: dict[str, Any] | None = None
    stage_with_dcn: Sequence[bool] | None = None
    plugins: Sequence[dict[str, Any]] | None = None
    with_cp: bool = False
    conv_cfg: dict[str, Any] | None = None
    norm_cfg: dict[str, Any] | None = None

    @property
    def parts(self) -> dict[str, Any]:
        """The configs of convolutions and norms, by keyword."""
        norm_cfg = self.norm_cfg or dict(type='BN', requires_grad=True)
        return dict(conv_cfg=self.conv_cfg, norm_cfg=norm_cfg)

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
        """Build a block of a stage, see :class:`Bottle2neck`."""
        network, planes = self.network, out_channels // self.expansion
        dcn = dict(self.dcn or {}) if self.stage_with_dcn and self.stage_with_dcn[stage] else None
        if dcn and dcn.pop('fallback_on_stride', False) and stride != 1:
            dcn = None
        block = AcceleratedBottle2neck(
            in_channels,
            out_channels,
            planes * network['base_width'] // 64 * network['groups'],
            network['scales'],
            first=first,
            block_rule=network['block_rule'],
            stride=stride,
            dilation=dilation,
            groups=network['groups'],
            pass_last=not (first and network.get('convolve_first')),
            style=self.style,
            shortcut=shortcut,
            se=network['se'],
            plugins=[p for p in self.plugins or () if 'stages' not in p or p['stages'][stage]],
            hierarchical_conv_cfg=dcn,
            **self.parts,
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
    ) -> nn.Sequential:
        """Build a stage of ResNet's form, a block for each of ``dilations``, the first strided."""
        blocks = []
        for i, dilation in enumerate(dilations):
            shape: dict[str, Any] = dict(stride=stride if i == 0 else 1)
            shape['shortcut'] = build_shortcut(
                in_channels, out_channels, avg_down=self.network['avg_down'], **shape, **self.parts
            )
            shape.update(first=i == 0, dilation=dilation)
            blocks.append(self.build(stage, in_channels, out_channels, **shape))
            in_channels = out_channels
        return nn.Sequential(*blocks)
