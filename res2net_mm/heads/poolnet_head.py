"""The head of PoolNet: a pyramid that pooling guides from the top and aggregates at each level."""

from collections.abc import Sequence
from typing import Any

import torch
from mmcv.cnn import ConvModule
from torch import Tensor, nn
from torch.nn import functional as F

from res2net_mm.errors import UserError
from res2net_mm.registry import MODELS

from .saliency_head import SaliencyHead, resize_to


class PyramidPooling(nn.Module):
    """Context of the whole map: the map itself and its means in grids of some sizes, merged.

    Args:
        channels: Channels of input and output.
        grids: Sizes of the grids; 1 is the mean of the whole map.
        norm_cfg: Norm after the last convolution; None for none.
    """

    def __init__(
        self, channels: int, grids: Sequence[int], norm_cfg: dict[str, Any] | None
    ) -> None:
        super().__init__()
        # Without a norm: there would be few values to go by.
        self.pools = nn.ModuleList(
            nn.Sequential(nn.AdaptiveAvgPool2d(grid), ConvModule(channels, channels, 1))
            for grid in grids
        )
        width = channels * (1 + len(grids))
        self.merge = ConvModule(width, channels, 3, padding=1, norm_cfg=norm_cfg)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, C, H, W)."""
        pooled = [resize_to(pool(x), x.shape[2:]) for pool in self.pools]
        return self.merge(torch.cat([x, *pooled], dim=1))


class FeatureAggregation(nn.Module):
    """Feature aggregation module: a map and its means at some rates, convolved, summed, convolved.

    Args:
        channels: Channels of input and output.
        rates: Sides of the squares that are averaged, in cells.
        norm_cfg: Norm after the last convolution; None for none.
    """

    def __init__(
        self, channels: int, rates: Sequence[int], norm_cfg: dict[str, Any] | None
    ) -> None:
        super().__init__()
        self.rates = tuple(rates)
        self.branches = nn.ModuleList(
            nn.Conv2d(channels, channels, 3, padding=1) for _ in self.rates
        )
        self.merge = ConvModule(channels, channels, 3, padding=1, norm_cfg=norm_cfg)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, C, H, W)."""
        total = x
        for rate, branch in zip(self.rates, self.branches, strict=True):
            # Squares beyond the border average what is inside, so that small maps work, too.
            mean = F.avg_pool2d(x, rate, rate, ceil_mode=True)
            total = total + resize_to(branch(mean), x.shape[2:])
        return self.merge(F.relu(total))


@MODELS.register_module(force=True)  # a reload is harmless
class PoolNetHead(SaliencyHead):
    """A pyramid from the coarsest feature map down to the finest, and one channel of that.

    Each map is brought to its width by a 1x1. Pyramid pooling on the coarsest makes the global
    guidance, which flows to every finer level directly (its 3x3, resized): so the place of an
    object is not diluted on the way. At each level the coarser map (its 3x3, resized), the map of
    the backbone and the guidance are added, and a feature aggregation module works on the sum. One
    output is trained; the paper's branch of edges, trained on another data set, is left out.

    Source: Liu et al., A simple pooling-based design for real-time salient object detection, CVPR
    2019. The widths are not in its text; those of the shipped configs are this package's.

    Args:
        in_channels: Channels of the features, from the finest to the coarsest.
        channels: Widths of the pyramid, likewise.
        grids: Sizes of the grids of pyramid pooling.
        rates: Rates of the feature aggregation modules.
        norm_cfg: Norm of the merging convolutions; None for none, as in the paper.
        head: Arguments of :class:`SaliencyHead`.

    Raises:
        UserError: If the numbers of channels differ.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        channels: Sequence[int],
        *,
        grids: Sequence[int] = (1, 3, 5),
        rates: Sequence[int] = (2, 4, 8),
        norm_cfg: dict[str, Any] | None = None,
        **head: Any,
    ) -> None:
        super().__init__(**head)
        if len(in_channels) != len(channels):
            raise UserError(
                f'channels={tuple(channels)}: one width is needed for each of '
                f'in_channels={tuple(in_channels)}'
            )
        self.laterals = nn.ModuleList(
            ConvModule(into, width, 1) for into, width in zip(in_channels, channels, strict=True)
        )
        self.guidance = PyramidPooling(channels[-1], grids, norm_cfg)
        self.flows, self.downward = (
            nn.ModuleList(
                nn.Conv2d(of, width, 3, padding=1)
                for of, width in zip(sources, channels, strict=False)
            )
            for sources in ([channels[-1]] * (len(channels) - 1), channels[1:])
        )
        self.aggregation = nn.ModuleList(
            FeatureAggregation(width, rates, norm_cfg) for width in channels
        )
        self.score = nn.Conv2d(channels[0], 1, 3, padding=1)

    def outputs(self, features: Sequence[Tensor]) -> list[Tensor]:
        """Return the one output, (N, 1, h, w), in the size of the finest features."""
        maps = [lateral(x) for lateral, x in zip(self.laterals, features, strict=True)]
        guidance = self.guidance(maps[-1])
        x = self.aggregation[-1](maps[-1])
        for level in reversed(range(len(maps) - 1)):
            size = maps[level].shape[2:]
            guided = resize_to(self.flows[level](guidance), size)
            x = maps[level] + resize_to(self.downward[level](x), size) + guided
            x = self.aggregation[level](x)
        return [self.score(x)]
