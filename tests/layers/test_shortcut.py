"""Where a shortcut is there, and what it does."""

import pytest
import torch
from torch import nn

from res2net_mm.layers import build_shortcut

NORM = dict(type='BN')


def test_none_where_the_input_can_be_added():
    assert build_shortcut(8, 8, stride=1, avg_down=True, norm_cfg=NORM) is None


@pytest.mark.parametrize('stride', [1, 2])
@pytest.mark.parametrize('avg_down', [True, False])
def test_shape_and_order(stride, avg_down):
    shortcut = build_shortcut(8, 12, stride=stride, avg_down=avg_down, norm_cfg=NORM)
    kinds = [nn.Identity if stride == 1 else nn.AvgPool2d] if avg_down else []
    assert [type(layer) for layer in shortcut] == [*kinds, nn.Conv2d, nn.BatchNorm2d]
    assert shortcut(torch.randn(2, 8, 7, 9)).shape == (2, 12, -(-7 // stride), -(-9 // stride))


def test_avg_down_loses_no_pixel():
    pooled, strided = (
        build_shortcut(1, 1, stride=2, avg_down=avg_down, norm_cfg=NORM).eval()
        for avg_down in (True, False)
    )
    x = torch.randn(1, 1, 6, 6, requires_grad=True)
    for shortcut, read in ((pooled, 36), (strided, 9)):
        (gradient,) = torch.autograd.grad(shortcut(x).sum(), x)
        assert gradient.count_nonzero() == read
