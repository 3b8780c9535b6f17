"""Norms are fitted to the channels, refused by name, and hold their statistics if told."""

import pytest
from torch import nn

from res2net_mm.errors import UserError
from res2net_mm.layers import build_norm, hold_norm_statistics


@pytest.mark.parametrize(('channels', 'groups'), [(26, 2), (64, 32), (13, 1), (48, 16)])
def test_groups_are_fitted_to_the_channels(channels, groups):
    norm = build_norm(dict(type='GN', num_groups=32), channels)
    assert norm.num_groups == groups
    assert norm.num_channels == channels


def test_an_unknown_norm_is_refused():
    with pytest.raises(UserError, match='Batchnorm'):
        build_norm(dict(type='Batchnorm'), 8)


def test_held_statistics_leave_weights_trainable():
    layers = nn.Sequential(nn.BatchNorm2d(3), nn.Dropout()).train()
    hold_norm_statistics(layers)
    assert not layers[0].training
    assert layers[1].training
    assert all(p.requires_grad for p in layers.parameters())
