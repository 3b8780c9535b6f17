"""The hierarchical pyramids against a literal one and, with one scale, against the plain ones."""

import itertools
import subprocess
import sys

import literal_pyramid
import mmdet.models.necks as mmdet_necks
import mmseg.models.necks as mmseg_necks
import numpy as np
import pytest
import torch

from res2net_mm.errors import UserError
from res2net_mm.necks import HierarchicalFPN, HierarchicalPAFPN

CHANNELS = [4, 6, 8, 10]
SIZES = [(17, 23), (9, 12), (5, 6), (3, 3)]
BN, RELU = dict(type='BN'), dict(type='ReLU')
PAIRS = {'FPN': HierarchicalFPN, 'PAFPN': HierarchicalPAFPN}
each_pair = pytest.mark.parametrize(
    ('plain', 'ours'), [(getattr(mmdet_necks, name), PAIRS[name]) for name in PAIRS], ids=PAIRS
)
# What MMDetection's configs do with a pyramid.
USES = {
    'Faster R-CNN': dict(num_outs=5),
    'as many': dict(num_outs=4),
    'RetinaNet': dict(num_outs=5, start_level=1, add_extra_convs='on_input'),
    'True': dict(num_outs=6, add_extra_convs=True),
    'FCOS': dict(
        num_outs=6, start_level=1, add_extra_convs='on_output', relu_before_extra_convs=True
    ),
    'lateral': dict(num_outs=6, add_extra_convs='on_lateral'),
    'not to the end': dict(num_outs=2, start_level=1, end_level=2),
    'end named': dict(num_outs=4, end_level=3),
    'norm': dict(num_outs=5, norm_cfg=BN, act_cfg=RELU),
    'norm but lateral': dict(num_outs=5, norm_cfg=BN, no_norm_on_lateral=True),
    'norm and extra': dict(num_outs=6, norm_cfg=BN, add_extra_convs='on_input', act_cfg=RELU),
}
each_use = pytest.mark.parametrize('use', USES.values(), ids=USES)


@pytest.mark.parametrize(
    ('neck', 'literal'),
    [(HierarchicalFPN, literal_pyramid.fpn), (HierarchicalPAFPN, literal_pyramid.pafpn)],
)
@pytest.mark.parametrize('parts', [{}, dict(norm_cfg=BN), dict(norm_cfg=BN, act_cfg=RELU)], ids=str)
def test_equals_the_literal_reference(neck, literal, parts, randomised, maps):
    neck = randomised(neck(in_channels=CHANNELS, out_channels=12, num_outs=4, scales=3, **parts))
    inputs = maps(CHANNELS, SIZES)
    with torch.no_grad():
        got = neck(inputs)
    want = literal([x.numpy() for x in inputs], neck)
    for a, b in zip(got, want, strict=True):
        np.testing.assert_allclose(a.numpy(), b, rtol=0, atol=1e-9 * abs(b).max())


def test_an_extra_level_is_a_strided_hierarchical_convolution(randomised, maps):
    use = dict(num_outs=5, add_extra_convs='on_input', norm_cfg=BN, act_cfg=RELU)
    neck = randomised(HierarchicalFPN(in_channels=CHANNELS, out_channels=8, **use))
    inputs = maps(CHANNELS, SIZES)
    with torch.no_grad():
        got = neck(inputs)[-1].numpy()
    want = literal_pyramid.conv3x3(inputs[-1].numpy(), neck.fpn_convs[-1])
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-9 * abs(want).max())


@each_pair
@each_use
def test_with_one_scale_it_is_mmdetections(plain, ours, use, randomised, maps):
    theirs = randomised(plain(in_channels=CHANNELS, out_channels=8, **use))
    one_scale = ours(in_channels=CHANNELS, out_channels=8, scales=1, **use).double().eval()
    one_scale.load_state_dict(theirs.state_dict())
    inputs = maps(CHANNELS, SIZES)
    for a, b in zip(one_scale(inputs), theirs(inputs), strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize('upsample', [dict(mode='bilinear'), dict(scale_factor=2, mode='nearest')])
@pytest.mark.parametrize('plain', [mmdet_necks.FPN, mmseg_necks.FPN])
def test_upsamples_as_the_plain_one(plain, upsample, randomised, maps):
    use = dict(in_channels=CHANNELS, out_channels=8, num_outs=4, upsample_cfg=upsample)
    theirs = randomised(plain(**use))
    one_scale = HierarchicalFPN(scales=1, **use).double().eval()
    one_scale.load_state_dict(theirs.state_dict())
    inputs = maps(CHANNELS, [(16, 24), (8, 12), (4, 6), (2, 3)])
    for a, b in zip(one_scale(inputs), theirs(inputs), strict=True):
        assert torch.equal(a, b)


@each_pair
@each_use
def test_with_more_scales_the_maps_have_the_same_shapes(plain, ours, use, maps):
    inputs = [x.float() for x in maps(CHANNELS, SIZES)]
    theirs = plain(in_channels=CHANNELS, out_channels=8, **use)(inputs)
    mine = ours(in_channels=CHANNELS, out_channels=8, **use)(inputs)
    assert [x.shape for x in mine] == [x.shape for x in theirs]


@each_pair
@each_use
@pytest.mark.parametrize('scales', [2, 4, 8])
def test_never_more_parameters_than_the_plain_one_at_256_channels(plain, ours, use, scales):
    pyramid = dict(in_channels=[256, 512, 1024, 2048], out_channels=256, **use)
    with torch.device('meta'):
        theirs, mine = plain(**pyramid), ours(scales=scales, **pyramid)
    assert _parameters(mine) < _parameters(theirs)


@pytest.mark.parametrize('neck', PAIRS.values())
def test_gradients_reach_every_parameter_and_input(neck, maps):
    torch.manual_seed(0)
    # Wide enough that no branch is dead on the one cell of the coarsest map.
    neck = neck(in_channels=CHANNELS, out_channels=64, num_outs=6, add_extra_convs='on_input')
    inputs = [x.float().requires_grad_() for x in maps(CHANNELS, SIZES)]
    sum(x.square().sum() for x in neck(inputs)).backward()
    for tensor in itertools.chain(inputs, neck.parameters()):
        assert tensor.grad is not None
        assert tensor.grad.abs().sum() > 0


@pytest.mark.parametrize('neck', PAIRS.values())
@pytest.mark.parametrize(
    'backbone',
    [
        dict(type='mmdet.ResNet', depth=18),
        dict(type='res2net_mm.Res2Net', preset='res2net_light_14w_4s'),
        dict(type='res2net_mm.Res2NetDLA', preset='res2net_dla60'),
    ],
    ids=lambda cfg: cfg['type'],
)
def test_fits_any_backbone(neck, backbone):
    from mmengine.registry import MODELS

    backbone = MODELS.build(backbone)
    features = backbone(torch.randn(1, 3, 64, 96))
    neck = neck(in_channels=[x.shape[1] for x in features], out_channels=16, num_outs=5)
    sizes = [tuple(x.shape[1:]) for x in neck(features)]
    assert sizes == [(16, -(-64 // s), -(-96 // s)) for s in (4, 8, 16, 32, 64)]


def test_all_are_found_by_name_without_any_toolbox():
    code = """
import sys
sys.modules.update(mmdet=None, mmseg=None, mmpretrain=None)
import torch
from mmengine.registry import MODELS
for name in ('HierarchicalFPN', 'HierarchicalPAFPN', 'HierarchicalContextFPN'):
    neck = dict(type=f'res2net_mm.{name}', in_channels=[8, 16], out_channels=8, num_outs=2)
    maps = MODELS.build(neck).eval()([torch.zeros(1, 8, 6, 6), torch.zeros(1, 16, 3, 3)])
    print(name, *(tuple(x.shape) for x in maps))
"""
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=False)
    assert done.stdout.count(' (1, 8, 6, 6) (1, 8, 3, 3)\n') == 3, done.stderr


@pytest.mark.parametrize('neck', PAIRS.values())
@pytest.mark.parametrize(
    ('wrong', 'named'),
    [
        (dict(scales=3), 'scales=3 must divide out_channels=8'),
        (dict(scales=0), 'scales=0'),
        (dict(num_outs=3), 'num_outs=3'),
        (dict(num_outs=5, end_level=2), 'num_outs=5'),
        (dict(num_outs=3, end_level=4), 'end_level=4'),
        (dict(start_level=4), 'start_level=4'),
        (dict(start_level=2, end_level=1), 'start_level=2'),
        (dict(add_extra_convs='on_top'), "add_extra_convs='on_top'"),
    ],
    ids=str,
)
def test_refuses_what_does_not_fit(neck, wrong, named):
    with pytest.raises(UserError, match=named):
        neck(**{**dict(in_channels=CHANNELS, out_channels=8, num_outs=4), **wrong})


def test_refuses_other_maps_than_it_was_made_for(maps):
    neck = HierarchicalFPN(in_channels=CHANNELS, out_channels=8, num_outs=4)
    with pytest.raises(UserError, match='got 3 maps'):
        neck(maps(CHANNELS[:3], SIZES[:3]))


def test_an_unknown_argument_is_refused():
    with pytest.raises(TypeError, match='stack_times'):
        HierarchicalPAFPN(in_channels=CHANNELS, out_channels=8, num_outs=4, stack_times=2)


def _parameters(module):
    return sum(p.numel() for p in module.parameters())


def test_from_the_bottom_up_fine_maps_reach_the_coarse_ones():
    neck = HierarchicalPAFPN(in_channels=[4, 8, 16], out_channels=8, num_outs=3, scales=4).eval()
    maps = [torch.randn(1, c, s, s, requires_grad=True) for c, s in ((4, 16), (8, 8), (16, 4))]
    outputs = neck(maps)
    assert [tuple(y.shape) for y in outputs] == [(1, 8, 16, 16), (1, 8, 8, 8), (1, 8, 4, 4)]
    for gradient in torch.autograd.grad(outputs[-1].square().sum(), maps):
        assert gradient.abs().max() > 0
    assert len(neck.downsample_convs) == len(neck.pafpn_convs) == 2
