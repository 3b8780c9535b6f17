"""What a backbone says of its feature maps is what comes out of it."""

import pytest
import torch

import res2net_mm
from res2net_mm.presets import PRESETS

LIGHT = 'res2net_light_14w_4s'


@pytest.mark.parametrize(
    ('preset', 'arguments'),
    [
        (LIGHT, {}),
        (LIGHT, dict(out_indices=(1, 3))),
        (LIGHT, dict(strides=(1, 2, 2, 1), dilations=(1, 1, 1, 2))),
        (LIGHT, dict(stem='3x3')),
        (LIGHT, dict(num_stages=3, stem_channels=24)),
        ('res2net_dla60', dict(out_indices=(0, 2))),
        ('res2next29_6c24w4s', {}),
    ],
)
def test_the_description_fits_the_maps(preset, arguments):
    net = res2net_mm.build(preset, **arguments).eval()
    side = 64
    with torch.no_grad():
        stem = net.stem(torch.zeros(1, 3, side, side))
        maps = net(torch.zeros(1, 3, side, side))
    assert net.channels == [feature.shape[1] for feature in maps] == list(net.out_channels)
    assert net.strides == [side // feature.shape[2] for feature in maps]
    assert (net.num_features[0], net.all_strides[0]) == (stem.shape[1], side // stem.shape[2])
    assert net.out_features == [f'stage{i + 1}' for i in net.out_indices]
    assert [net.out_feature_channels[name] for name in net.out_features] == net.channels
    assert len(net.stage_names) == len(net.num_features) == len(net.all_strides)


@pytest.mark.parametrize('preset', PRESETS)
def test_the_names_are_those_of_transformers(preset):
    with torch.device('meta'):
        net = res2net_mm.build(preset)
    stages = len(net.stages)
    assert net.stage_names == ['stem', 'stage1', 'stage2', 'stage3', 'stage4'][: stages + 1]
    assert net.out_features == net.stage_names[1:]
    assert net.strides == ([1, 2, 4] if stages == 3 else [4, 8, 16, 32])


def test_transformers_takes_the_same_names():
    backbone_utils = pytest.importorskip('transformers.backbone_utils')

    class Config(backbone_utils.BackboneConfigMixin):
        stage_names = res2net_mm.build(LIGHT).stage_names

    net = res2net_mm.build(LIGHT, out_indices=(1, 3))
    config = Config()
    config.set_output_features_output_indices(out_features=net.out_features, out_indices=None)
    assert [net.stage_names[i] for i in config.out_indices] == net.out_features

    theirs = object.__new__(backbone_utils.BackboneMixin)  # its constructor wants a config's class
    theirs.config, theirs.stage_names = config, net.stage_names
    theirs.num_features = net.num_features
    assert theirs.channels == net.channels
    assert theirs.out_feature_channels == net.out_feature_channels
