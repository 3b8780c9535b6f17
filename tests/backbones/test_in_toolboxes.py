"""The backbones under the toolboxes' own necks and heads, with the same features everywhere."""

import pytest
import torch
from mmdet.registry import MODELS as DET
from mmseg.registry import MODELS as SEG

import res2net_mm

BACKBONES = {
    'res2net_light_v1b_26w_4s': dict(strides=(1, 2, 1, 1), dilations=(1, 1, 2, 4)),
    'res2net_dla60': dict(strides=(2, 2, 1, 1), dilations=(1, 1, 2, 4)),
}


@pytest.fixture(scope='module', autouse=True)
def _registered():
    from mmdet.utils import register_all_modules as register_det
    from mmseg.utils import register_all_modules as register_seg

    register_det(init_default_scope=False)
    register_seg(init_default_scope=False)


def cfg(preset: str, **more) -> dict:
    kind = 'res2net_mm.Res2NetDLA' if 'dla' in preset else 'res2net_mm.Res2Net'
    return dict(type=kind, preset=preset, **more)


@pytest.mark.parametrize('preset', BACKBONES)
def test_feature_pyramid(preset):
    backbone = res2net_mm.build(preset)
    fpn = DET.build(
        dict(type='mmdet.FPN', in_channels=list(backbone.out_channels), out_channels=16, num_outs=5)
    )
    maps = fpn(backbone(torch.randn(2, 3, 64, 96)))
    assert [tuple(m.shape[1:]) for m in maps] == [
        (16, -(-64 // s), -(-96 // s)) for s in (4, 8, 16, 32, 64)
    ]
    sum(m.mean() for m in maps).backward()


@pytest.mark.parametrize('preset', BACKBONES)
def test_deeplab_v3plus_at_output_stride_8(preset):
    head_only = res2net_mm.build(preset).out_channels
    segmentor = SEG.build(
        dict(
            type='mmseg.EncoderDecoder',
            data_preprocessor=dict(type='mmseg.SegDataPreProcessor'),
            backbone=cfg(preset, contract_dilation=True, **BACKBONES[preset]),
            decode_head=dict(
                type='mmseg.DepthwiseSeparableASPPHead',
                in_channels=head_only[3],
                in_index=3,
                channels=16,
                dilations=(1, 12, 24, 36),
                c1_in_channels=head_only[0],
                c1_channels=8,
                num_classes=4,
                norm_cfg=dict(type='BN'),
            ),
            auxiliary_head=dict(
                type='mmseg.FCNHead',
                in_channels=head_only[2],
                in_index=2,
                channels=8,
                num_classes=4,
                norm_cfg=dict(type='BN'),
            ),
        )
    )
    logits = segmentor(torch.randn(2, 3, 64, 64), mode='tensor')
    assert logits.shape == (2, 4, 16, 16)
    logits.mean().backward()


@pytest.mark.parametrize('preset', BACKBONES)
def test_pretrained_features_are_the_same_in_mmdet_mmseg_and_alone(preset, tmp_path):
    torch.manual_seed(0)
    published = res2net_mm.build(preset)
    published.init_weights()
    torch.save(published.state_dict(), tmp_path / 'weights.pth')
    init_cfg = dict(type='Pretrained', checkpoint=str(tmp_path / 'weights.pth'))
    x = torch.randn(1, 3, 65, 97)
    want = published.eval()(x)
    for build in (DET.build, SEG.build, lambda c: res2net_mm.build(preset, init_cfg=c['init_cfg'])):
        backbone = build(cfg(preset, init_cfg=init_cfg))
        backbone.init_weights()
        for a, b in zip(backbone.eval()(x), want, strict=True):
            assert torch.equal(a, b)
