"""Norms go into whatever convolution they follow, and nothing trains without them."""

import pytest
import torch
from fused_pairs import assert_equal_outputs, randomised, small
from mmcv.cnn import ConvModule
from torch import nn

import res2net_mm
from res2net_mm.deploy import count_norms
from res2net_mm.deploy.folding import ScaleAndShift
from res2net_mm.errors import UserError


class Frozen(nn.Module):
    """As FrozenBatchNorm2d elsewhere: buffers in place of parameters."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.eps = 1e-5
        for name in ('weight', 'bias', 'running_mean', 'running_var'):
            self.register_buffer(name, torch.rand(channels) + 0.5)

    def forward(self, x):
        return nn.functional.batch_norm(
            x, self.running_mean, self.running_var, self.weight, self.bias, eps=self.eps
        )


Frozen.__name__ = 'FrozenBatchNorm2d'


class Awkward(nn.Module):
    """Norms that cannot go into a convolution: before it, after a read output, called twice."""

    def __init__(self) -> None:
        super().__init__()
        self.before, self.read, self.twice = (nn.BatchNorm2d(4) for _ in range(3))
        self.conv1, self.conv2, self.conv3 = (nn.Conv2d(4, 4, 3, padding=1) for _ in range(3))

    def forward(self, x):
        x = self.conv1(self.before(x))
        y = self.conv2(x)
        y = self.read(y) + y
        return self.twice(self.conv3(self.twice(self.conv3(y))))


@pytest.mark.parametrize(
    ('model', 'shape', 'left'),
    [
        (nn.Sequential(nn.Conv2d(4, 6, 3, bias=False), Frozen(6)), (2, 4, 7, 7), 0),
        (
            nn.Sequential(nn.Conv2d(4, 6, 3, groups=2), nn.BatchNorm2d(6), nn.ReLU()),
            (2, 4, 7, 7),
            0,
        ),
        (
            nn.Sequential(nn.ConvTranspose2d(4, 6, 3, groups=2, stride=2), nn.BatchNorm2d(6)),
            (2, 4, 7, 7),
            0,
        ),
        (nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6)), (5, 4), 0),
        (nn.Sequential(nn.Conv1d(4, 6, 3), nn.BatchNorm1d(6)), (2, 4, 9), 0),
        (ConvModule(4, 6, 3, norm_cfg=dict(type='BN')), (2, 4, 7, 7), 0),
        (
            ConvModule(4, 6, 3, norm_cfg=dict(type='BN'), order=('norm', 'act', 'conv')),
            (2, 4, 7, 7),
            1,
        ),
        (
            ConvModule(4, 6, 3, norm_cfg=dict(type='BN'), conv_cfg=dict(type='ConvWS')),
            (2, 4, 7, 7),
            1,
        ),
        (
            ConvModule(4, 6, 3, padding=1, padding_mode='reflect', norm_cfg=dict(type='BN')),
            (2, 4, 7, 7),
            0,
        ),
        (nn.BatchNorm2d(4), (2, 4, 7, 7), 1),
        (Awkward(), (2, 4, 7, 7), 3),
    ],
)
def test_layers(model, shape, left):
    """Whatever the norm follows; ``left`` could not be folded and became a scale and a shift."""
    model = randomised(model)
    fused = res2net_mm.fuse(model)
    assert count_norms(fused) == {}
    assert len([m for m in fused.modules() if isinstance(m, ScaleAndShift)]) == left
    assert_equal_outputs(model, fused, torch.randn(shape))


def test_convolutions_shared_between_norms():
    """As in RetinaSepBN: one convolution at every level, a norm for each."""
    levels = nn.ModuleList(ConvModule(4, 4, 1, norm_cfg=dict(type='BN')) for _ in range(2))
    levels[1].conv = levels[0].conv
    randomised(levels)
    fused = res2net_mm.fuse(levels)
    for level, new in zip(levels, fused, strict=True):
        assert_equal_outputs(level, new, torch.randn(1, 4, 5, 5))


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
