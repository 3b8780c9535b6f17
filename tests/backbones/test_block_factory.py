"""What the arguments of a backbone make of its blocks."""

import re

import pytest
import torch
from mmcv.ops import DeformConv2dPack, ModulatedDeformConv2dPack
from small_backbone import sizes, small
from torch import nn

from res2net_mm import Res2Net


@pytest.mark.parametrize('style', ['pytorch', 'caffe'])
def test_style(style):
    block = small(style=style).layer2[0]
    strided = block.convs[0] if style == 'pytorch' else block.conv1
    assert strided.stride == (2, 2)
    assert sizes(small(style=style)) == sizes(small())


@pytest.mark.parametrize('kind', ['BN', 'SyncBN', 'GN'])
def test_norm_cfg(kind):
    extra = dict(num_groups=32) if kind == 'GN' else {}
    backbone = small(base_width=26 * 2, norm_cfg=dict(type=kind, requires_grad=False, **extra))
    wanted = {'BN': nn.BatchNorm2d, 'SyncBN': nn.SyncBatchNorm, 'GN': nn.GroupNorm}[kind]
    norms = [m for name, m in backbone.named_modules() if re.search(r'bn\d$|bns\.\d$', name)]
    assert norms
    assert all(isinstance(norm, wanted) for norm in norms)
    assert not any(norm.weight.requires_grad for norm in norms)
    assert sizes(backbone) == sizes(small())


def test_group_norm_keeps_13_channels_per_group_at_base_width_26():
    backbone = Res2Net(norm_cfg=dict(type='GN', num_groups=32), stage_blocks=(1, 1, 1, 1))
    for stage in backbone.stages:
        norm = stage[0].bns[0]
        assert norm.num_channels / norm.num_groups == 13


def test_conv_cfg():
    backbone = small(conv_cfg=dict(type='ConvWS'))
    kinds = {type(m).__name__ for m in backbone.modules() if isinstance(m, nn.Conv2d)}
    assert kinds == {'ConvWS2d'}


@pytest.mark.parametrize(
    ('kind', 'cls'), [('DCN', DeformConv2dPack), ('DCNv2', ModulatedDeformConv2dPack)]
)
@pytest.mark.parametrize('fallback_on_stride', [True, False])
def test_dcn(kind, cls, fallback_on_stride):
    backbone = small(
        dcn=dict(type=kind, deform_groups=1, fallback_on_stride=fallback_on_stride),
        stage_with_dcn=(False, True, True, True),
    )
    backbone.init_weights()
    deformable = [
        [isinstance(conv, cls) for conv in block.convs]
        for stage in backbone.stages
        for block in stage
    ]
    first = [not fallback_on_stride] * 2
    assert deformable == [[False] * 2] * 2 + [first, first, [True] * 2, first]
    for module in backbone.modules():
        if isinstance(module, cls):
            assert not module.conv_offset.weight.any()
    backbone.train()
    x = torch.randn(2, 3, 128, 128)  # mmcv's kernel refuses maps smaller than 3x3
    sum(f.mean() for f in backbone(x)).backward()
    assert all(p.grad is not None for p in backbone.parameters())
    assert len(backbone.eval()(x)) == 4


def test_plugins():
    plugin = dict(type='ContextBlock', ratio=0.25)
    backbone = small(
        plugins=[dict(cfg=plugin, position='after_conv2', stages=(False, True, False, True))]
    )
    assert [bool(len(stage[0].plugins)) for stage in backbone.stages] == [False, True, False, True]
    assert sizes(backbone) == sizes(small())


def test_with_cp():
    backbone = small(with_cp=True)
    assert all(block.with_cp for block in backbone.blocks())
    sum(f.mean() for f in backbone(torch.randn(2, 3, 32, 32))).backward()
    assert all(p.grad is not None for p in backbone.parameters())
