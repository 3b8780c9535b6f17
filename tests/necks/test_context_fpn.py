"""The segmentation pyramid against a literal one, and in MMSegmentation's segmenter."""

import literal_pyramid
import numpy as np
import pytest
import torch
from mmengine.registry import DefaultScope
from mmengine.structures import PixelData
from mmseg.registry import MODELS as SEG
from mmseg.structures import SegDataSample
from mmseg.utils import register_all_modules

from res2net_mm.errors import UserError
from res2net_mm.necks import HierarchicalContextFPN
from res2net_mm.necks.context_fpn import HierarchicalContext

CHANNELS = [4, 6, 8, 10]
SIZES = [(20, 24), (10, 12), (5, 6), (5, 6)]  # strides 4, 8, 16, 16


def make(**more):
    return HierarchicalContextFPN(in_channels=CHANNELS, out_channels=8, num_outs=4, **more)


@pytest.mark.parametrize('parts', [{}, dict(norm_cfg=None), dict(act_cfg=None)], ids=str)
def test_equals_the_literal_reference(parts, randomised, maps):
    neck = randomised(make(**parts))
    inputs = maps(CHANNELS, SIZES)
    with torch.no_grad():
        got = neck(inputs)
    want = literal_pyramid.context_fpn([x.numpy() for x in inputs], neck)
    for a, b in zip(got, want, strict=True):
        np.testing.assert_allclose(a.numpy(), b, rtol=0, atol=1e-9 * abs(b).max())


def test_splits_see_ever_more_without_holes(randomised):
    chain = randomised(HierarchicalContext(8, dilations=(1, 2, 4, 8))).chain.chain
    for conv in chain.convs:
        conv.bias.data.fill_(100)  # far from the ReLU's zero: no cell is hidden
    x = torch.randn(1, 8, 33, 33, dtype=torch.float64, requires_grad=True)
    for i, width in enumerate((3, 7, 15, 31)):  # cells
        (gradient,) = torch.autograd.grad(chain(x)[:, 2 * i : 2 * i + 2, 16, 16].sum(), x)
        columns = gradient.abs().sum((0, 1, 2)).nonzero().flatten()
        assert columns.tolist() == list(range(16 - width // 2, 17 + width // 2))


@pytest.mark.parametrize(
    ('preset', 'strides', 'dilations'),
    [
        ('res2net_light_14w_4s', (1, 2, 2, 1), (1, 1, 1, 2)),
        ('res2net_dla60', (2, 2, 2, 1), (1, 1, 1, 2)),
    ],
)
@pytest.mark.parametrize(
    'head',
    [
        dict(type='FCNHead', in_channels=16, in_index=0, num_convs=1),
        dict(
            type='FPNHead',
            in_channels=[16] * 4,
            in_index=[0, 1, 2, 3],
            feature_strides=[4, 8, 16, 16],
        ),
    ],
    ids=lambda head: head['type'],
)
def test_trains_in_a_segmenter_at_output_stride_16(preset, strides, dilations, head):
    register_all_modules(init_default_scope=False)
    torch.manual_seed(0)
    kind = 'Res2NetDLA' if 'dla' in preset else 'Res2Net'
    backbone = dict(type=f'res2net_mm.{kind}', preset=preset, strides=strides, dilations=dilations)
    channels = list(SEG.build(backbone).out_channels)
    common = dict(channels=8, num_classes=3, norm_cfg=dict(type='BN'))
    with DefaultScope.overwrite_default_scope('mmseg'):
        segmenter = SEG.build(
            dict(
                type='EncoderDecoder',
                data_preprocessor=dict(type='SegDataPreProcessor'),
                backbone=backbone,
                neck=dict(
                    type='res2net_mm.HierarchicalContextFPN',
                    in_channels=channels,
                    out_channels=16,
                    num_outs=4,
                ),
                decode_head=dict(**head, **common),
                auxiliary_head=dict(type='FCNHead', in_channels=16, in_index=2, **common),
            )
        )
    images = torch.randn(2, 3, 64, 96)
    sizes = [tuple(x.shape[2:]) for x in segmenter.extract_feat(images)]
    assert sizes == [(16, 24), (8, 12), (4, 6), (4, 6)]
    assert segmenter(images, mode='tensor').shape == (2, 3, 16, 24)
    samples = [
        SegDataSample(
            gt_sem_seg=PixelData(data=torch.randint(3, (1, 64, 96))),
            metainfo=dict(img_shape=(64, 96)),
        )
        for _ in images
    ]
    losses = segmenter.loss(images, samples)
    sum(value for name, value in losses.items() if 'loss' in name).backward()
    reached = {name for name, p in segmenter.neck.named_parameters() if p.grad is not None}
    assert any(name.startswith('context') for name in reached)
    assert all(p.grad.isfinite().all() for p in segmenter.parameters() if p.grad is not None)


def test_trains_on_one_image_without_a_norm_of_its_mean():
    assert HierarchicalContext(8, dilations=(1, 2), norm_cfg=dict(type='BN'))(
        torch.randn(1, 8, 4, 4)
    ).shape == (1, 8, 4, 4)


def test_refuses_dilations_that_do_not_divide_the_channels():
    with pytest.raises(UserError, match=r'dilations=\(1, 2, 4\): .* divide the 8 channels'):
        make(dilations=(1, 2, 4))
    with pytest.raises(UserError, match=r'dilations=\(\)'):
        make(dilations=())
