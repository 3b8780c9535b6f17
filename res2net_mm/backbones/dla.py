"""DLA with Res2Net blocks: Res2Net-DLA and Res2NeXt-DLA."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor, nn

from res2net_mm.acceleration import to_fast_layout
from res2net_mm.layers import Bottle2neck, Tree, build_conv, build_norm
from res2net_mm.registry import MODELS

from .base import Res2NetBackbone
from .checked_arguments import check_whole, check_wholes, fill_from_preset, per_stage

EXPANSION = 2  # a block's output channels per channel of its stage's base width
STEM_CHANNELS = (16, 16, 32)  # base_layer, level0, level1
STAGE_CHANNELS = (128, 256, 512, 1024)  # level2 .. level5
TREE_DEPTHS = (1, 2, 3, 1)


@MODELS.register_module(force=True)  # a reload is harmless
class Res2NetDLA(Res2NetBackbone):
    """DLA-60 whose bottlenecks hold hierarchical convolutions.

    The pyramid is levels 2 to 5, at strides 4, 8, 16 and 32 with 128, 256, 512 and 1024 channels.

    Args:
        preset: ``res2net_dla60``, ``res2next_dla60`` or an alias of theirs.
        scales: Splits s of a block. Default 4.
        base_width: Channels of a split per 128 output channels. Default 28.
        groups: Groups of the 3x3 convolutions. Default 1.
        se: Reduction of squeeze-and-excitation in each block; None for none.
        block_rule: How the first block of a stage flows. Default ``dla``.
        in_channels: Channels of the image.
        strides: Stride of each stage. Default 2 each, on a stem of stride 2.
        dilations: Dilation of each stage. Default 1.
        contract_dilation: Whether a dilated stage's first block has half the dilation.

    The other arguments, the attributes and errors are those of :class:`Res2Net`.

    Source: Gao et al., Res2Net, arXiv 1904.01169, table 1; Yu et al., arXiv 1707.06484.
    """

    def __init__(
        self,
        preset: str | None = None,
        *,
        scales: int | None = None,
        base_width: int | None = None,
        groups: int | None = None,
        se: int | None = None,
        block_rule: str | None = None,
        in_channels: int = 3,
        strides: Sequence[int] = (2, 2, 2, 2),
        dilations: Sequence[int] = (1, 1, 1, 1),
        contract_dilation: bool = False,
        out_indices: Sequence[int] | None = None,
        frozen_stages: int = -1,
        norm_cfg: dict[str, Any] | None = None,
        norm_eval: bool = False,
        conv_cfg: dict[str, Any] | None = None,
        dcn: dict[str, Any] | None = None,
        stage_with_dcn: Sequence[bool] | None = None,
        plugins: Sequence[dict[str, Any]] | None = None,
        with_cp: bool = False,
        memory: str = 'default',
        zero_init_residual: bool = False,
        init_cfg: dict[str, Any] | list[dict[str, Any]] | None = None,
    ) -> None:
        net = fill_from_preset(
            'Res2NetDLA',
            preset,
            given=dict(
                scales=scales, base_width=base_width, groups=groups, se=se, block_rule=block_rule
            ),
            default=dict(scales=4, base_width=28, groups=1, block_rule='dla'),
        )
        check_whole(in_channels=in_channels, scales=net['scales'], base_width=net['base_width'])
        check_whole(groups=net['groups'], se=net['se'])
        check_wholes(strides=strides, dilations=dilations)
        num_stages = len(STAGE_CHANNELS)
        super().__init__(
            net, expansion=EXPANSION, preset=preset, block_rule_given=block_rule is not None,
            num_stages=num_stages, out_indices=out_indices, frozen_stages=frozen_stages,
            norm_cfg=norm_cfg, norm_eval=norm_eval, conv_cfg=conv_cfg, dcn=dcn,
            stage_with_dcn=stage_with_dcn, plugins=plugins, with_cp=with_cp, memory=memory,
            zero_init_residual=zero_init_residual, init_cfg=init_cfg,
        )  # fmt: skip
        strides = per_stage('strides', strides, num_stages)
        dilations = per_stage('dilations', dilations, num_stages)
        parts = self.factory.parts
        base, level0, channels = STEM_CHANNELS
        self.base_layer = _conv_norm_relu(in_channels, base, 7, 1, **parts)
        self.level0 = _conv_norm_relu(base, level0, 3, 1, **parts)
        self.level1 = _conv_norm_relu(level0, channels, 3, 2, **parts)
        self.maxpool = nn.Identity()
        for i, out_channels in enumerate(STAGE_CHANNELS):

            def make_block(
                inputs: int, outputs: int, stride: int, first: bool, stage: int = i
            ) -> Bottle2neck:
                halved = contract_dilation and first and dilations[stage] > 1
                dilation = dilations[stage] // 2 if halved else dilations[stage]
                return self.factory.build(
                    stage, inputs, outputs, first=first, stride=stride, dilation=dilation
                )

            tree = Tree(
                TREE_DEPTHS[i], channels, out_channels, make_block,
                stride=strides[i], join_input=i > 0, first=True, **parts,
            )  # fmt: skip
            self.add_module(f'level{i + 2}', tree)
            channels = out_channels
        widths = (STEM_CHANNELS[-1], *STAGE_CHANNELS)
        self.describe(channels=widths, stem_stride=2, pool=1, strides=strides)
        self.finish()

    @property
    def stages(self) -> list[Tree]:
        """The stages from input to output."""
        return [self.level2, self.level3, self.level4, self.level5]

    def stem_modules(self) -> list[nn.Module]:
        """Return the modules before the first stage that hold parameters."""
        return [self.base_layer, self.level0, self.level1]

    def stem(self, x: Tensor) -> Tensor:
        """(N, in_channels, H, W) -> (N, 32, H / 2, W / 2)."""
        return to_fast_layout(self.level1(self.level0(self.base_layer(x))))


def _conv_norm_relu(*shape: int, conv_cfg: Any, norm_cfg: Any) -> nn.Sequential:
    """Build a layer of (in_channels, out_channels, kernel size, stride)."""
    conv, norm = build_conv(conv_cfg, *shape), build_norm(norm_cfg, shape[1])
    return nn.Sequential(conv, norm, nn.ReLU(inplace=True))
