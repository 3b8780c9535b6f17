"""The path aggregation network's pyramid with the hierarchical convolution as its 3x3."""

from typing import Any

from torch import Tensor, nn

from res2net_mm.registry import MODELS

from .fpn import HierarchicalFPN


@MODELS.register_module()
class HierarchicalPAFPN(HierarchicalFPN):
    """A feature pyramid followed by a path from the bottom up.

    The 3x3 convolutions of stride 2 on that path are hierarchical as well: like the first block of
    a backbone's stage, without carrying and with the last split pooled.

    With ``scales=1`` it is MMDetection's PAFPN, and its weights load.

    Args:
        **pyramid: Those of :class:`HierarchicalFPN`.

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
