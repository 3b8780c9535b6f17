"""The maps of backbones and necks are measured by running them."""

import pytest

from res2net_mm.errors import UserError
from res2net_mm.swap.pyramid import Maps, measure, pass_through

RESNET = dict(type='mmdet.ResNet', depth=18, out_indices=(1, 2))
FPN = dict(type='mmdet.FPN', in_channels=[128, 256], out_channels=8, num_outs=2)


def test_channels_and_strides():
    pyramid = measure(RESNET, 'mmdet')
    assert (pyramid.channels, pyramid.strides) == ((128, 256), (8, 16))
    assert str(pyramid) == '128 channels at stride 8, 256 channels at stride 16'


def test_a_neck_passes_maps_on():
    maps = measure(RESNET, 'mmdet')
    passed = pass_through(FPN, {**FPN, 'out_channels': 9}, Maps(maps, maps), 'mmdet')
    assert (passed.before.channels, passed.after.channels) == ((8, 8), (9, 9))
    assert not passed.same_channels


def test_what_cannot_be_run_is_named():
    with pytest.raises(UserError, match=r'^FPN does not run'):
        measure(FPN, 'mmdet')
