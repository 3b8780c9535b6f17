"""Guidance and aggregation of PoolNet, written out."""

import pytest
import torch
from small_maps import CHANNELS
from torch.nn import functional as F

from res2net_mm.errors import UserError
from res2net_mm.heads import PoolNetHead
from res2net_mm.heads.poolnet_head import FeatureAggregation, PyramidPooling

WIDTHS = (4, 6, 6, 8)


def up(x, size):
    return F.interpolate(x, size=size, mode='bilinear')


def test_aggregation_sums_the_means_of_squares():
    module = FeatureAggregation(5, (2, 4), None)
    x = torch.randn(1, 5, 8, 12)
    total = x.clone()
    for rate, branch in zip((2, 4), module.branches, strict=True):
        mean = x.reshape(1, 5, 8 // rate, rate, 12 // rate, rate).mean(dim=(3, 5))
        total += up(F.conv2d(mean, branch.weight, branch.bias, padding=1), (8, 12))
    expected = module.merge(total.relu())
    torch.testing.assert_close(module(x), expected)


def test_a_map_smaller_than_the_squares_has_its_mean():
    module = FeatureAggregation(3, (8,), None)
    x = torch.randn(2, 3, 4, 5)
    mean = module.branches[0](x.mean(dim=(2, 3), keepdim=True)).expand(2, 3, 4, 5)
    torch.testing.assert_close(module(x), module.merge((x + mean).relu()))


def test_pyramid_pooling_holds_the_map_and_its_means():
    module = PyramidPooling(4, (1, 3), None)
    x = torch.randn(1, 4, 6, 9)
    one = module.pools[0][1](x.mean(dim=(2, 3), keepdim=True)).expand(1, 4, 6, 9)
    nine = module.pools[1][1](x.reshape(1, 4, 3, 2, 3, 3).mean(dim=(3, 5)))
    expected = module.merge(torch.cat([x, one, up(nine, (6, 9))], dim=1))
    torch.testing.assert_close(module(x), expected)


def test_the_pyramid_goes_down_with_guidance_at_each_level(features):
    head = PoolNetHead(CHANNELS, WIDTHS)
    maps = [lateral(x) for lateral, x in zip(head.laterals, features, strict=True)]
    guidance = head.guidance(maps[3])
    x = head.aggregation[3](maps[3])
    for level in (2, 1, 0):
        size = maps[level].shape[2:]
        guided = up(head.flows[level](guidance), size)
        x = head.aggregation[level](maps[level] + up(head.downward[level](x), size) + guided)
    torch.testing.assert_close(head(features), head.score(x))


def test_norms_are_where_they_are_asked_for(features):
    head = PoolNetHead(CHANNELS, WIDTHS, norm_cfg=dict(type='BN'))
    norms = [m for m in head.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    assert len(norms) == 5
    assert head(features).shape == (2, 1, 10, 13)


def test_a_width_for_each_map_is_needed():
    with pytest.raises(UserError, match=r'one width is needed for each of in_channels'):
        PoolNetHead(CHANNELS, (4, 6))
