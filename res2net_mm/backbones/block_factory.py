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
        self, stage: int, inputs: int, outputs: int, *, first: bool, stride: int = 1, **shape: Any
    ) -> AcceleratedBottle2neck:
        """Build a block of a stage, (N, inputs, H, W) -> (N, outputs, H / stride, W / stride).

        ``shape`` are ``dilation`` and ``shortcut``, as of :class:`Bottle2neck`.
        """
        network, planes = self.network, outputs // self.expansion
        dcn = dict(self.dcn or {}) if self.stage_with_dcn and self.stage_with_dcn[stage] else None
        if dcn and dcn.pop('fallback_on_stride', False) and stride != 1:
            dcn = None
        block = AcceleratedBottle2neck(
            inputs,
            outputs,
            planes * network['base_width'] // 64 * network['groups'],
            network['scales'],
            first=first,
            block_rule=network['block_rule'],
            stride=stride,
            groups=network['groups'],
            pass_last=not (first and network.get('convolve_first')),
            style=self.style,
            se=network['se'],
            plugins=[p for p in self.plugins or () if 'stages' not in p or p['stages'][stage]],
            hierarchical_conv_cfg=dcn,
            **self.parts,
            **shape,
        )
        block.with_cp = self.with_cp
        return block

    def build_stage(
        self, stage: int, inputs: int, outputs: int, *, stride: int, dilations: Sequence[int]
    ) -> nn.Sequential:
        """Build a stage of ResNet's form, a block for each of ``dilations``, the first strided."""
        blocks = []
        for i, dilation in enumerate(dilations):
            shape: dict[str, Any] = dict(stride=stride if i == 0 else 1)
            shape['shortcut'] = build_shortcut(
                inputs, outputs, avg_down=self.network['avg_down'], **shape, **self.parts
            )
            block = self.build(stage, inputs, outputs, first=i == 0, dilation=dilation, **shape)
            blocks.append(block)
            inputs = outputs
        return nn.Sequential(*blocks)
