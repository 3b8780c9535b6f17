"""Res2Net, Res2NeXt and SE-Res2Net: one backbone with different arguments."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor, nn

from res2net_mm.acceleration import run_stem
from res2net_mm.errors import UserError
from res2net_mm.layers import build_norm, build_stem_conv
from res2net_mm.registry import MODELS

from .base import Res2NetBackbone
from .checked_arguments import check_whole, check_wholes, fill_from_preset, per_stage

EXPANSION = 4  # a block's output channels per channel of its stage's base width
# Blocks of each stage, by depth.
STAGE_BLOCKS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3), 200: (3, 12, 48, 3)}
DEFAULTS = dict(
    scales=4, base_width=26, groups=1, convolve_first=False, stem='7x7', avg_down=False,
    base_channels=64, block_rule='official',
)  # fmt: skip


@MODELS.register_module(force=True)  # a reload is harmless
class Res2Net(Res2NetBackbone):
    """ResNet whose bottlenecks hold hierarchical convolutions.

    A preset fills in the arguments of a published network (``res2net_mm.list_presets()``); an
    argument given beside it wins. Without one the defaults are Res2Net-50 26w4s v1.

    Args:
        preset: Name or alias of a published network.
        depth: 50, 101, 152 or 200. Default 50.
        stage_blocks: Blocks of each stage, in place of ``depth``.
        scales: Splits s of a block. Default 4.
        base_width: Channels of a split per 64 channels of the stage's base width. Default 26.
        groups: Groups of the 3x3 convolutions (Res2NeXt's cardinality). Default 1.
        convolve_first: Whether the first block of each stage convolves its last split too, in place
            of pooling it, as the CIFAR networks do. Default False.
        stem: ``7x7`` (v1), ``deep`` (three 3x3, v1b) or ``3x3`` (stride 1, no pooling, for CIFAR).
            Default ``7x7``.
        avg_down: Whether shortcuts average-pool instead of striding (v1b). Default False.
        se: Reduction of squeeze-and-excitation in each block; None for none.
        block_rule: How the first block of a stage flows: ``official`` (also timm's and
            mmpretrain's), ``mmdet``, ``paddle`` or ``dla``. Default ``official``, until loaded
            weights say otherwise; a rule given here is kept.
        base_channels: Base width of the first stage, doubled by each next one. Default 64.
        stem_channels: Channels of the stem. Default ``base_channels``.
        in_channels: Channels of the image.
        num_stages: Stages to build, 1 to the number the depth has.
        strides: Stride of each stage. Default 1 for the first, 2 for the others.
        dilations: Dilation of each stage. Default 1.
        multi_grid: Dilation of each block of the last stage, in place of its ``dilations`` entry,
            as in MMSegmentation.
        contract_dilation: Whether a dilated stage's first block has half the dilation.
        out_indices: Stages whose features are returned. Default all.
        style: Where a block's stride sits: ``pytorch`` in the 3x3, ``caffe`` in the first 1x1.
        frozen_stages: -1 freezes nothing, 0 the stem, n the stem and the first n stages.
        norm_cfg: Config of the norms: BN, SyncBN or GN (its groups are fitted to the widths).
        norm_eval: Whether batch norms keep their statistics while training.
        conv_cfg: Config of the convolutions; None for nn.Conv2d.
        dcn: Config of deformable 3x3 convolutions (``dict(type='DCNv2', deform_groups=1,
            fallback_on_stride=False)``).
        stage_with_dcn: Which stages have them.
        plugins: mmcv plugin layers, ``dict(cfg=..., position='after_conv1|2|3', stages=(...))``.
        with_cp: Whether to recompute every block in the backward pass, as OpenMMLab's option.
        memory: Memory mode (``res2net_mm.acceleration.MEMORY_MODES``). ``low`` recomputes the first
            stage that trains, and the norms, ReLUs and sums of the others, in the backward pass; no
            gradient changes.
        zero_init_residual: Whether the last norm of each block starts at zero. The published
            networks did not.
        init_cfg: ``dict(type='Pretrained', checkpoint=...)`` with a path, an https URL or
            ``res2net://<preset>``; any published dialect fits (``dialect``, ``prefix``, ``weights``
            and ``partial`` as in :func:`res2net_mm.load_weights`). Default Kaiming initialisation.

    Attributes:
        out_channels: Channels of each returned feature map.
        block_rule: The rule of the first block of each stage.

    Raises:
        UserError: An argument is out of its range or contradicts another; the message names it.

    Source: Gao et al., Res2Net, arXiv 1904.01169.
    """

    def __init__(
        self,
        preset: str | None = None,
        *,
        depth: int | None = None,
        stage_blocks: Sequence[int] | None = None,
        scales: int | None = None,
        base_width: int | None = None,
        groups: int | None = None,
        convolve_first: bool | None = None,
        stem: str | None = None,
        avg_down: bool | None = None,
        se: int | None = None,
        block_rule: str | None = None,
        base_channels: int | None = None,
        stem_channels: int | None = None,
        in_channels: int = 3,
        num_stages: int | None = None,
        strides: Sequence[int] | None = None,
        dilations: Sequence[int] | None = None,
        multi_grid: Sequence[int] | None = None,
        contract_dilation: bool = False,
        out_indices: Sequence[int] | None = None,
        style: str = 'pytorch',
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
            'Res2Net',
            preset,
            given=dict(
                depth=depth, stage_blocks=stage_blocks, scales=scales, base_width=base_width,
                groups=groups, convolve_first=convolve_first, stem=stem, avg_down=avg_down, se=se,
                base_channels=base_channels, stem_channels=stem_channels, block_rule=block_rule,
            ),
            default=DEFAULTS,
        )  # fmt: skip
        names = 'scales', 'base_width', 'groups', 'base_channels', 'stem_channels', 'se'
        check_whole(in_channels=in_channels, **{name: net[name] for name in names})
        check_wholes(stage_blocks=net['stage_blocks'], strides=strides, dilations=dilations)
        check_wholes(multi_grid=multi_grid)
        blocks = _stage_blocks(net['depth'], net['stage_blocks'], num_stages)
        num_stages = len(blocks)
        super().__init__(
            net, expansion=EXPANSION, preset=preset, block_rule_given=block_rule is not None,
            num_stages=num_stages, out_indices=out_indices, frozen_stages=frozen_stages,
            norm_cfg=norm_cfg, norm_eval=norm_eval, conv_cfg=conv_cfg, dcn=dcn,
            stage_with_dcn=stage_with_dcn, plugins=plugins, style=style, with_cp=with_cp,
            memory=memory, zero_init_residual=zero_init_residual, init_cfg=init_cfg,
        )  # fmt: skip
        strides = per_stage('strides', strides or (1, *[2] * (num_stages - 1)), num_stages)
        dilations = per_stage('dilations', dilations or (1,) * num_stages, num_stages)
        if multi_grid is not None and len(multi_grid) != blocks[-1]:
            raise UserError(
                f'multi_grid={tuple(multi_grid)} must have one entry for each of the '
                f'{blocks[-1]} blocks of the last stage'
            )

        parts = self.factory.parts
        channels = net['stem_channels'] or net['base_channels']
        self.conv1 = build_stem_conv(net['stem'], in_channels, channels, **parts)
        self.bn1 = build_norm(parts['norm_cfg'], channels)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.Identity() if net['stem'] == '3x3' else nn.MaxPool2d(3, 2, padding=1)

        self.num_stages = num_stages
        self.style = style
        widths = [channels]
        for i in range(num_stages):
            out_channels = net['base_channels'] * 2**i * EXPANSION
            first = dilations[i] // 2 if contract_dilation and dilations[i] > 1 else dilations[i]
            grid: Sequence[int] = (first, *[dilations[i]] * (blocks[i] - 1))
            if multi_grid and i == num_stages - 1:
                grid = multi_grid
            stage = self.factory.build_stage(
                i, channels, out_channels, stride=strides[i], dilations=grid
            )
            channels = out_channels
            widths.append(channels)
            self.add_module(f'layer{i + 1}', stage)
        halved = 1 if net['stem'] == '3x3' else 2
        self.describe(channels=widths, stem_stride=halved, pool=halved, strides=strides)
        self.finish()

    @property
    def stages(self) -> list[nn.Sequential]:
        """The stages from input to output."""
        return [getattr(self, f'layer{i + 1}') for i in range(self.num_stages)]

    def stem_modules(self) -> list[nn.Module]:
        """Return the modules before the first stage that hold parameters."""
        return [self.conv1, self.bn1]

    def stem(self, x: Tensor) -> Tensor:
        """(N, in_channels, H, W) -> (N, stem_channels, H / 2, W / 2), or H, W with ``3x3``."""
        return run_stem(self.conv1, self.bn1, self.relu, x)


def _stage_blocks(
    depth: int | None, stage_blocks: Sequence[int] | None, num_stages: int | None
) -> tuple[int, ...]:
    """Return the number of blocks of each stage to build."""
    if depth is not None and stage_blocks is not None:
        raise UserError(
            f'depth={depth} and stage_blocks={tuple(stage_blocks)} both say how many blocks a '
            'stage has; give one of them'
        )
    if stage_blocks is None:
        depth = 50 if depth is None else depth
        if depth not in STAGE_BLOCKS:
            raise UserError(
                f'depth={depth} is not published; allowed: '
                f'{", ".join(map(str, STAGE_BLOCKS))} (or give stage_blocks)'
            )
        stage_blocks = STAGE_BLOCKS[depth]
    check_whole(num_stages=num_stages)
    if num_stages is not None and not 1 <= num_stages <= len(stage_blocks):
        raise UserError(f'num_stages={num_stages} must lie between 1 and {len(stage_blocks)}')
    return tuple(stage_blocks[:num_stages])
