"""The last stage of a Res2Net as the shared head of a C4 detector."""

from typing import Any

from torch import Tensor, nn

from res2net_mm.errors import UserError
from res2net_mm.layers import build_norm
from res2net_mm.registry import MODELS

from .base import Res2NetBackbone
from .checked_arguments import fill_from_preset
from .res2net import DEFAULTS, EXPANSION, STAGE_BLOCKS


@MODELS.register_module(force=True)  # a reload is harmless
class Res2NetStage(Res2NetBackbone):
    """One stage of a preset, run on the features of each region as MMDetection's ``ResLayer``.

    Args:
        preset: Name or alias of a Res2Net that is no DLA.
        stage: Index of the stage, 1 to 3.
        stride: Stride of its first block.
        dilation: Dilation of its 3x3 convolutions.
        extra_norm: Whether a norm follows, as in MMPretrain's ``ResLayerExtraNorm``.
        init_cfg: As of :class:`Res2Net`; of a checkpoint of the whole backbone this stage is taken.

    ``norm_cfg``, ``norm_eval``, ``dcn`` and ``with_cp`` are those of :class:`Res2Net`.

    Attributes:
        in_channels: Channels of the input.
        out_channels: Channels of the output, in a tuple of one.

    Raises:
        UserError: An argument is out of its range; the message names it.
    """

    def __init__(
        self,
        preset: str,
        *,
        stage: int = 3,
        stride: int = 2,
        dilation: int = 1,
        norm_cfg: dict[str, Any] | None = None,
        norm_eval: bool = False,
        dcn: dict[str, Any] | None = None,
        with_cp: bool = False,
        extra_norm: bool = False,
        init_cfg: dict[str, Any] | list[dict[str, Any]] | None = None,
    ) -> None:
        given = dict.fromkeys((*DEFAULTS, 'depth', 'stage_blocks', 'se'))
        net = fill_from_preset('Res2Net', preset, given=given, default=DEFAULTS)
        blocks = net['stage_blocks'] or STAGE_BLOCKS[net['depth']]
        if not 1 <= stage < len(blocks):
            raise UserError(f'stage={stage} must lie between 1 and {len(blocks) - 1}')
        super().__init__(
            net,
            expansion=EXPANSION,
            preset=preset,
            block_rule_given=False,
            num_stages=len(blocks),
            out_indices=(0,),
            dcn=dcn,
            stage_with_dcn=None if dcn is None else [i == stage for i in range(len(blocks))],
            norm_cfg=norm_cfg,
            norm_eval=norm_eval,
            with_cp=with_cp,
            init_cfg=init_cfg,
        )
        out_channels = net['base_channels'] * 2**stage * EXPANSION
        self.stage = stage
        self.in_channels = out_channels // 2
        self.out_channels = (out_channels,)
        dilations = (dilation,) * blocks[stage]
        layer = self.factory.build_stage(
            stage, self.in_channels, out_channels, stride=stride, dilations=dilations
        )
        self.add_module(f'layer{stage + 1}', layer)
        self.extra_norm = (
            build_norm(norm_cfg or dict(type='BN'), out_channels) if extra_norm else None
        )
        self.finish()

    @property
    def stages(self) -> list[nn.Sequential]:
        """The one stage there is."""
        return [getattr(self, f'layer{self.stage + 1}')]

    def forward(self, x: Tensor) -> Tensor:  # type: ignore[override]  # a shared head has one map
        """(N, in_channels, H, W) -> (N, out_channels, H / stride, W / stride)."""
        x = self.stages[0](x)
        return x if self.extra_norm is None else self.extra_norm(x)
