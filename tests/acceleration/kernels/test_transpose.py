"""Transposing maps, whatever their size."""

import pytest
import torch

from res2net_mm.acceleration.kernels.transpose import to_planes


@pytest.mark.parametrize('shape', [(1, 1, 1, 1), (2, 5, 1, 7), (3, 33, 6, 11), (1, 64, 40, 31)])
def test_only_the_order_changes(shape):
    x = torch.randn(shape).contiguous(memory_format=torch.channels_last)
    y = to_planes(x)
    assert y.is_contiguous()
    assert torch.equal(x, y)
