"""Splits are filled up with zeros, and the block computes what it did."""

import pytest
import torch
from fused_pairs import outputs, small

import res2net_mm
from res2net_mm.deploy.folding import fold_norms
from res2net_mm.deploy.padding import pad_splits
from res2net_mm.errors import UserError


def test_pad_to_is_refused_below_one():
    with pytest.raises(UserError, match='pad_to=0 must be at least 1'):
        res2net_mm.fuse(small('res2net50_26w_4s'), pad_to=0)


@torch.no_grad()
@pytest.mark.parametrize(('multiple', 'width'), [(8, 32), (13, 26), (32, 32)])
def test_a_block_is_widened_to_the_next_multiple(multiple, width):
    block = fold_norms(small('res2net50_26w_4s')).layer1[1]
    x = torch.randn(1, block.conv1.in_channels, 8, 9)
    (expected,) = outputs(block, x)
    pad_splits(block, multiple)
    assert block.width == width
    assert block.conv1.out_channels == block.conv3.in_channels == 4 * width
    (found,) = outputs(block, x)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5 * expected.abs().max().item())


@torch.no_grad()
def test_groups_are_left_as_they_are():
    block = fold_norms(small('res2next50')).layer1[1]
    before = block.width
    pad_splits(block, 32)
    assert block.width == before
