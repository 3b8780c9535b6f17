"""Deep layer aggregation: a tree whose leaves are blocks and whose roots join their outputs."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from .bottle2neck import build_shortcut
from .conv_norm import build_conv, build_norm

# make_block(in_channels, out_channels, stride, first) -> a block called as block(x, identity)
MakeBlock = Callable[[int, int, int, bool], nn.Module]


class Root(nn.Module):
    """Join feature maps of one resolution with a 1x1 convolution, norm and ReLU."""

    def __init__(self, inputs: int, outputs: int, *, conv_cfg: Any, norm_cfg: Any) -> None:
        super().__init__()
        self.conv = build_conv(conv_cfg, inputs, outputs)
        self.bn = build_norm(norm_cfg, outputs)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, *features: Tensor) -> Tensor:
        """Maps (N, C_i, H, W), sum of C_i = inputs -> (N, outputs, H, W)."""
        return self.relu(self.bn(self.conv(torch.cat(features, dim=1))))


class Tree(nn.Module):
    """A binary tree with ``2**depth`` blocks.

    At depth 1 two blocks follow each other and a root joins both outputs with what came before
    (``children``). Deeper trees are two trees in a row, the second's root joining the first's
    output too.

    The official files hold a projection at every depth, of which only the deepest is computed;
    only that one is built here.

    Args:
        depth: Depth of the tree, at least 1.
        out_channels: Channels of every block and of the output.
        stride: Stride of the first block.
        join_input: Whether the root joins the (max-pooled) input of the tree too.
        child_channels: Channels of the children handed in from outside, in all.
        first: Whether the tree's first block is the first of its stage.

    Source: Yu et al., Deep Layer Aggregation, arXiv 1707.06484, section 3.2.
    """

    def __init__(
        self,
        depth: int,
        in_channels: int,
        out_channels: int,
        make_block: MakeBlock,
        *,
        stride: int = 1,
        join_input: bool = False,
        child_channels: int = 0,
        first: bool = False,
        conv_cfg: dict[str, Any] | None = None,
        norm_cfg: dict[str, Any],
    ) -> None:
        super().__init__()
        self.depth = depth
        self.join_input = join_input
        # Rounded up like the strided convolutions beside it: the same where the published networks
        # run, and odd sizes, which they refuse, fit too.
        self.pool = nn.MaxPool2d(stride, stride, ceil_mode=True) if stride > 1 else None
        if join_input:
            child_channels += in_channels
        parts: dict[str, Any] = dict(conv_cfg=conv_cfg, norm_cfg=norm_cfg)
        if depth == 1:
            self.tree1 = make_block(in_channels, out_channels, stride, first)
            self.tree2 = make_block(out_channels, out_channels, 1, False)
            self.root = Root(2 * out_channels + child_channels, out_channels, **parts)
            self.project = build_shortcut(
                in_channels, out_channels, stride=1, avg_down=False, **parts
            )
        else:
            parts['make_block'] = make_block
            self.tree1 = Tree(
                depth - 1, in_channels, out_channels, stride=stride, first=first, **parts
            )
            child_channels += out_channels
            self.tree2 = Tree(
                depth - 1, out_channels, out_channels, child_channels=child_channels, **parts
            )

    def forward(self, x: Tensor, children: Sequence[Tensor] = ()) -> Tensor:
        """(N, in_channels, H, W) -> (N, out_channels, H / stride, W / stride).

        ``children`` are earlier outputs (N, ., H / stride, W / stride) that the root joins.
        """
        pooled = x
        if self.pool is not None and (self.join_input or self.depth == 1):
            pooled = self.pool(x)
        if self.join_input:
            children = (*children, pooled)
        if self.depth > 1:
            x1 = self.tree1(x)
            return self.tree2(x1, (*children, x1))
        x1 = self.tree1(x, pooled if self.project is None else self.project(pooled))
        x2 = self.tree2(x1)
        return self.root(x2, x1, *children)
