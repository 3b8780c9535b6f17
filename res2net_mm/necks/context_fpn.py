"""A segmentation pyramid for dilated backbones, with context of many scales at its top."""

from collections.abc import Sequence
from typing import Any

from mmcv.cnn import ConvModule
from torch import Tensor, nn

from res2net_mm.errors import UserError
from res2net_mm.layers.hierarchical_conv import BN
from res2net_mm.registry import MODELS

from .conv3x3 import HierarchicalConvModule
from .fpn import HierarchicalFPN

DEFAULTS: dict[str, Any] = dict(
    norm_cfg=BN, act_cfg=dict(type='ReLU'), upsample_cfg=dict(mode='bilinear', align_corners=False)
)


class HierarchicalContext(nn.Module):
    """Context of many scales on one map, by one hierarchical chain of dilated convolutions.

    Split i is convolved with its own dilation after adding the previous split's output, so that
    the splits see ever more: with dilations 1, 2, 4, 8 squares of 3, 7, 15 and 31 cells, without
    holes since each step is no longer than what the one before has gathered. The mean of the whole
    map is added.

    Source: it takes the place of DeepLab's parallel dilated branches with image pooling (arXiv
    1706.05587). Chained dilations that double are Yu and Koltun's (arXiv 1511.07122), dense chains
    of them DenseASPP's (Yang et al., CVPR 2018); the split chain is Res2Net's.

    Args:
        channels: Channels C of input and output; the number of dilations must divide it.
        dilations: One for each split.
        **parts: ``conv_cfg``, ``norm_cfg`` and ``act_cfg``, as of :class:`HierarchicalConvModule`.

    Raises:
        UserError: The number of dilations does not divide the channels.
    """

    def __init__(self, channels: int, *, dilations: Sequence[int], **parts: Any) -> None:
        super().__init__()
        if not dilations or channels % len(dilations):
            raise UserError(
                f'dilations={tuple(dilations)}: their number must divide the {channels} channels'
            )
        self.chain = HierarchicalConvModule(
            channels, channels, scales=len(dilations), dilations=dilations, **parts
        )
        self.pool = nn.AdaptiveAvgPool2d(1)
        # Without a norm: it would have one value per image and channel to go by.
        one: dict[str, Any] = {name: parts.get(name) for name in ('conv_cfg', 'act_cfg')}
        self.mean_conv = ConvModule(channels, channels, 1, inplace=False, **one)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, C, H, W)."""
        return self.chain(x) + self.mean_conv(self.pool(x))


@MODELS.register_module()
class HierarchicalContextFPN(HierarchicalFPN):
    """A feature pyramid for segmentation on a backbone of output stride 16.

    Such a backbone has maps at strides 4, 8, 16, 16. The coarsest one, after its lateral 1x1, goes
    through :class:`HierarchicalContext`, whose widest split sees 31 cells, 496 px at stride 16:
    about the crop of 512 px segmenters train on. From there the pyramid goes down, adding maps of
    equal stride as they are, to a map at stride 4 that holds the context and the detail. What is
    returned suits an ``FCNHead`` on the first map, an ``FPNHead`` with
    ``feature_strides=[4, 8, 16, 16]`` and, on one of the coarse maps, an auxiliary head.

    Backbones of other output strides work as well; at stride 8, double the dilations.

    Args:
        dilations: Of the context, which has as many splits.
        **pyramid: The arguments of :class:`HierarchicalFPN`, of which ``norm_cfg``, ``act_cfg`` and
            ``upsample_cfg`` have defaults of their own: batch norm, ReLU, bilinear.

    Source: :class:`HierarchicalContext` under a pyramid as in Semantic FPN (Kirillov et al., arXiv
    1901.02446) and UPerNet, which has pooled context there (Xiao et al., arXiv 1807.10221).
    """

    def __init__(
        self,
        *,
        dilations: Sequence[int] = (1, 2, 4, 8),
        **pyramid: Any,
    ) -> None:
        super().__init__(**{**DEFAULTS, **pyramid})
        self.context = HierarchicalContext(self.out_channels, dilations=dilations, **self.parts)

    def top_down(self, laterals: list[Tensor]) -> list[Tensor]:
        """Add context to the coarsest map (N, C, H_i, W_i), then to each map the coarser ones."""
        return super().top_down([*laterals[:-1], self.context(laterals[-1])])
