"""Which norms are folded, and that nothing trains without them."""

import pytest
import torch
from fused_pairs import assert_equal_outputs, randomised, small
from torch import nn

import res2net_mm
from res2net_mm.deploy import count_norms
from res2net_mm.errors import UserError


def test_group_norms_stay():
    model = small('res2net50_26w_4s', norm_cfg=dict(type='GN', num_groups=32))
    fused = res2net_mm.fuse(model)
    assert count_norms(fused) == count_norms(model)
    assert_equal_outputs(model, fused, torch.randn(1, 3, 64, 64))


def test_norms_of_the_batch_stay():
    model = randomised(nn.Sequential(nn.Conv2d(4, 6, 3))).append(
        nn.BatchNorm2d(6, track_running_stats=False).eval()
    )
    fused = res2net_mm.fuse(model)
    assert count_norms(fused) == {'BatchNorm2d': 1}
    assert_equal_outputs(model, fused, torch.randn(2, 4, 7, 7))


def test_training_is_refused():
    model = small('res2net50_26w_4s')
    fused = res2net_mm.fuse(model)
    with pytest.raises(UserError, match='only predicts'):
        fused.train()
    with pytest.raises(UserError, match=r'call model.eval\(\) first'):
        res2net_mm.fuse(model.train())
