"""What stands in place of a 3x3: its parameters, its output, the literal reference."""

import literal_pyramid
import numpy as np
import pytest
import torch
from mmcv.cnn import ConvModule

from res2net_mm.errors import UserError
from res2net_mm.necks.conv3x3 import HierarchicalConvModule, build_conv3x3

BN, RELU = dict(type='BN'), dict(type='ReLU')


@pytest.mark.parametrize('parts', [{}, dict(norm_cfg=BN), dict(norm_cfg=BN, act_cfg=RELU)], ids=str)
@pytest.mark.parametrize('stride', [1, 2])
@pytest.mark.parametrize('in_channels', [6, 9])
def test_equals_the_literal_reference(parts, stride, in_channels, randomised):
    module = randomised(HierarchicalConvModule(in_channels, 9, scales=3, stride=stride, **parts))
    x = torch.randn(2, in_channels, 7, 10, dtype=torch.float64)
    with torch.no_grad():
        got = module(x).numpy()
    want = literal_pyramid.conv3x3(x.numpy(), module)
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-11)


def test_parameters_at_256_channels():
    plain, ours = (build_conv3x3(256, 256, scales=scales) for scales in (1, 4))
    assert isinstance(plain, ConvModule)
    counted = [sum(p.numel() for p in module.parameters()) for module in (plain, ours)]
    chain, fuse = 3 * (64 * 64 * 9 + 64), 256 * 256 + 256
    assert counted == [256 * 256 * 9 + 256, chain + fuse] == [590_080, 176_576]


def test_every_output_channel_sees_every_split_and_either_sign_comes_out(randomised):
    module = randomised(HierarchicalConvModule(8, 8, scales=4))
    x = torch.randn(4, 8, 9, 9, dtype=torch.float64, requires_grad=True)
    out = module(x)
    for channel in range(8):
        (gradient,) = torch.autograd.grad(out[:, channel].sum(), x, retain_graph=True)
        assert (gradient.abs().sum((0, 2, 3)) > 0).all()
    assert out.min() < 0 < out.max()


def test_refuses_scales_that_do_not_divide_the_channels():
    with pytest.raises(UserError, match='scales=3 must divide out_channels=256'):
        build_conv3x3(256, 256, scales=3)
