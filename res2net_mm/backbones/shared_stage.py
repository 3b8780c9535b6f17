"""The last stage of a Res2Net as the shared head of a C4 detector."""

from typing import Any

from torch import Tensor, nn

from res2net_mm.errors import UserError
from res2net_mm.registry import MODELS

from .base import Res2NetBackbone
from .block_factory import BlockFactory
from .checked_arguments import fill_from_preset
from .res2net import EXPANSION, STAGE_BLOCKS


@MODELS.register_module(force=True)  # a reload is harmless
class Res2NetStage(Res2NetBackbone):
    """One stage of a preset, run on the features of each region as MMDetection's ``ResLayer``.

    Args:
        preset: Name or alias of a Res2Net that is no DLA.
        stage: Index of the stage, 0 to 3.
        stride: Stride of its first block.
        dilation: Dilation of its 3x3 convolutions.
        norm_cfg: Config of the norms.
        norm_eval: Whether batch norms keep their statistics while training.
        dcn: Config of deformable 3x3 convolutions.
        with_cp: Whether to recompute blocks in the backward pass to save memory.
        init_cfg: As for :class:`Res2Net`: a checkpoint of the whole backbone, of which this stage
            is taken.

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
        init_cfg: dict[str, Any] | list[dict[str, Any]] | None = None,
    ) -> None:
        given = dict.fromkeys(
            ('depth', 'stage_blocks', 'scales', 'base_width', 'groups', 'avg_down', 'se',
             'base_channels', 'block_rule', 'convolve_first')
        )  # fmt: skip
        net = fill_from_preset(
            'Res2Net',
            preset,
            given=given,
            default=dict(groups=1, avg_down=False, base_channels=64, convolve_first=False),
        )
        blocks = net['stage_blocks'] or STAGE_BLOCKS[net['depth']]
        if not 1 <= stage < len(blocks):
            raise UserError(f'stage={stage} must lie between 1 and {len(blocks) - 1}')
        super().__init__(
            preset=preset,
            block_rule=net['block_rule'],
            block_rule_given=False,
            num_stages=1,
            out_indices=None,
            frozen_stages=-1,
            norm_eval=norm_eval,
            memory='default',
            zero_init_residual=False,
            init_cfg=init_cfg,
        )
        factory = BlockFactory(
            numbers=net,
            expansion=EXPANSION,
            num_stages=len(blocks),
            dcn=dcn,
            stage_with_dcn=None if dcn is None else [i == stage for i in range(len(blocks))],
            with_cp=with_cp,
            norm_cfg=norm_cfg or dict(type='BN', requires_grad=True),
        )
        out_channels = net['base_channels'] * 2**stage * EXPANSION
        self.stage = stage
        self.in_channels = out_channels // 2
        self.out_channels = (out_channels,)
        layer = factory.build_stage(
            stage,
            self.in_channels,
            out_channels,
            stride=stride,
            dilations=(dilation,) * blocks[stage],
            avg_down=net['avg_down'],
        )
        self.add_module(f'layer{stage + 1}', layer)
        self.finish()

    @property
    def stages(self) -> list[nn.Sequential]:
        """The one stage there is."""
        return [getattr(self, f'layer{self.stage + 1}')]

    def forward(self, x: Tensor) -> Tensor:  # type: ignore[override]  # a shared head has one map
        """(N, in_channels, H, W) -> (N, out_channels, H / stride, W / stride)."""
        return self.stages[0](x)
