"""The stems: sizes, names of their weights, and what is refused."""

import pytest
import torch
from torch import nn

from res2net_mm.errors import UserError
from res2net_mm.layers import STEMS, build_stem_conv

NORM = dict(type='BN')


@pytest.mark.parametrize('stem', STEMS)
@pytest.mark.parametrize('side', [1, 16, 17])
def test_size(stem, side):
    conv = build_stem_conv(stem, 3, 8, norm_cfg=NORM)
    stride = 1 if stem == '3x3' else 2
    assert conv.eval()(torch.randn(1, 3, side, side)).shape == (1, 8, *2 * [-(-side // stride)])


def test_the_deep_one_is_numbered_as_published():
    conv = build_stem_conv('deep', 3, 8, norm_cfg=NORM)
    assert {name.split('.')[0] for name in conv.state_dict()} == set('01346')
    assert [m.out_channels for m in conv if isinstance(m, nn.Conv2d)] == [4, 4, 8]


def test_an_unknown_one_is_refused():
    with pytest.raises(UserError, match="stem='5x5' is unknown; allowed: 7x7, deep, 3x3"):
        build_stem_conv('5x5', 3, 8, norm_cfg=NORM)
