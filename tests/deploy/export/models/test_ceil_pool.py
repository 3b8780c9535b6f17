"""The pooling that can be recorded for any size equals the one with ``ceil_mode``."""

import pytest
import torch
from torch import nn

from res2net_mm.deploy.export.models.ceil_pool import HalvingPool, replace_ceil_pools


@pytest.mark.parametrize('height', [1, 6, 7])
@pytest.mark.parametrize('width', [8, 9])
def test_equal_at_even_and_odd_sides(height, width):
    x = torch.randn(2, 3, height, width)
    pool = nn.AvgPool2d(2, 2, ceil_mode=True, count_include_pad=False)
    model = nn.Sequential(pool)
    replace_ceil_pools(model)
    assert isinstance(model[0], HalvingPool)
    torch.testing.assert_close(model(x), pool(x))


def test_others_stay():
    pools = [
        nn.AvgPool2d(2, 2),
        nn.AvgPool2d(3, 2, ceil_mode=True, count_include_pad=False),
        nn.AvgPool2d(2, 2, ceil_mode=True),
        nn.MaxPool2d(2, 2, ceil_mode=True),
    ]
    model = nn.Sequential(*pools)
    replace_ceil_pools(model)
    assert list(model) == pools
