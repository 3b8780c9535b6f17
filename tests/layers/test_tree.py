"""Trees of blocks: how many, which is first, and what their roots join."""

import pytest
import torch
from torch import nn

from res2net_mm.layers import Root, Tree

NORM = dict(type='BN')


class Block(nn.Module):
    """A block that convolves and adds what it is given."""

    def __init__(self, in_channels: int, out_channels: int, stride: int, first: bool) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, 3, stride, 1, bias=False)
        self.first = first

    def forward(self, x, identity=None):
        return self.conv(x) + (x if identity is None else identity)


def blocks(tree: Tree) -> list[Block]:
    return [module for module in tree.modules() if isinstance(module, Block)]


@pytest.mark.parametrize('depth', [1, 2, 3])
@pytest.mark.parametrize('stride', [1, 2])
def test_size_and_number_of_blocks(depth, stride):
    tree = Tree(depth, 4, 6, Block, stride=stride, join_input=True, first=True, norm_cfg=NORM)
    assert tree(torch.randn(2, 4, 8, 9)).shape == (2, 6, 8 // stride, -(-9 // stride))
    assert len(blocks(tree)) == 2**depth
    assert [block.first for block in blocks(tree)] == [True] + [False] * (2**depth - 1)


def test_a_tree_of_depth_1_is_its_formula():
    tree = Tree(1, 4, 6, Block, stride=2, join_input=True, child_channels=3, norm_cfg=NORM)
    x, child = torch.randn(2, 4, 8, 8), torch.randn(2, 3, 4, 4)
    pooled = nn.functional.max_pool2d(x, 2)
    x1 = tree.tree1.conv(x) + tree.eval().project(pooled)
    x2 = tree.tree2.conv(x1) + x1
    joined = torch.cat([x2, x1, child, pooled], 1)
    expected = tree.root.bn(tree.root.conv(joined)).relu()
    torch.testing.assert_close(tree(x, (child,)), expected)


def test_a_root_joins_what_it_is_given():
    root = Root(7, 5, conv_cfg=None, norm_cfg=NORM).eval()
    maps = torch.randn(1, 3, 6, 6), torch.randn(1, 4, 6, 6)
    assert root(*maps).shape == (1, 5, 6, 6)
    assert root(*maps).min() >= 0
