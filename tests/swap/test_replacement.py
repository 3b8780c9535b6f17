"""Shipped configs swapped: what they meant stays, and what reads the backbone follows it."""

import copy

import pytest
from swap_configs import C4, DCN, DLA, FASTER, MG124, V1B

from res2net_mm import swap
from res2net_mm.errors import UserError


def test_the_original_is_not_changed(load):
    cfg = load(DCN)
    before = copy.deepcopy(cfg.to_dict())
    swap(cfg, DLA, check=False)
    assert cfg.to_dict() == before


@pytest.mark.parametrize(
    ('name', 'preset', 'reason'),
    [
        ('mmdet::detectors/detectors_htc-r50_1x_coco.py', V1B, 'DetectoRS'),
        ('mmdet::tridentnet/tridentnet_r50-caffe_1x_coco.py', V1B, 'three branches'),
        ('mmdet::misc/d2_retinanet_r50-caffe_fpn_ms-90k_coco.py', V1B, 'no backbone'),
        ('mmseg::unet/unet-s5-d16_fcn_4xb4-40k_drive-64x64.py', V1B, 'stride 1:'),
        ('mmseg::pidnet/pidnet-s_2xb6-120k_1024x1024-cityscapes.py', V1B, 'gives one tensor'),
        ('mmseg::stdc/stdc1_4xb12-80k_cityscapes-512x1024.py', V1B, 'built around its backbone'),
        (C4, DLA, 'builds 3 of the four stages'),
        (FASTER, 'res2net50_v2', 'unknown'),
    ],
)
def test_what_cannot_be_swapped_is_refused_with_the_reason(name, preset, reason, load):
    with pytest.raises(UserError, match=reason):
        swap(load(name), preset, check=False)


def test_presets_are_exchanged(load):
    first = swap(load(MG124), V1B, check=False).config
    there = swap(first, DLA, check=False).config
    again = swap(there, 'res2net50', check=False).config
    assert there.model.backbone.strides == (2, 2, 2, 1)
    assert again.model.backbone.preset == 'res2net50_26w_4s'
    assert 'strides' not in again.model.decode_head
    for key in ('strides', 'dilations', 'contract_dilation', 'norm_cfg', 'norm_eval'):
        assert again.model.backbone[key] == first.model.backbone[key]
    assert again.model.decode_head == first.model.decode_head
