"""Exportable networks predict what the toolboxes' own code predicts."""

import numpy as np
import pytest
import torch
from torch import nn

import res2net_mm
from res2net_mm.deploy.export.agreement import Agreement, reference
from res2net_mm.deploy.export.models.make_exportable import (
    HalvingPool,
    make_exportable,
    replace_ceil_pools,
)
from res2net_mm.deploy.export.operators import NAMED
from res2net_mm.errors import UserError

DETECTORS = (
    'mmdet::faster_rcnn/faster-rcnn_r50_fpn_1x_coco.py',
    'mmdet::retinanet/retinanet_r50_fpn_1x_coco.py',
    'mmdet::cascade_rcnn/cascade-rcnn_r50_fpn_1x_coco.py',
    'mmdet::atss/atss_r50_fpn_1x_coco.py',
    'mmdet::fcos/fcos_r50-caffe_fpn_gn-head_1x_coco.py',
)
SEGMENTERS = (
    'mmseg::deeplabv3plus/deeplabv3plus_r50-d8_4xb4-20k_voc12aug-512x512.py',
    'mmseg::upernet/upernet_r50_4xb4-20k_voc12aug-512x512.py',
)
CLASSIFIERS = ('mmpretrain::resnet/resnet50_8xb32_in1k.py',)
QUICK = (DETECTORS[0], SEGMENTERS[0], CLASSIFIERS[0])


def pixels(*shape):
    """Smooth images, in which a random network finds more than noise."""
    small = torch.rand(shape[0], 3, shape[2] // 16, shape[3] // 16)
    return torch.nn.functional.interpolate(small * 255, shape[2:], mode='bilinear').numpy()


def lower_threshold(model):
    for part in ('bbox_head', 'roi_head'):
        if hasattr(model, part):
            getattr(model, part).test_cfg.score_thr = 1e-3


@pytest.mark.parametrize(
    'config',
    [
        config if config in QUICK else pytest.param(config, marks=pytest.mark.slow)
        for config in DETECTORS + SEGMENTERS + CLASSIFIERS
    ],
)
def test_predicts_the_same(config, shrunk, built):
    model = built(shrunk(config))
    lower_threshold(model)
    module = make_exportable(res2net_mm.fuse(model), NAMED)
    agreement = Agreement(module.task)
    for image in (pixels(2, 3, 128, 160), pixels(1, 3, 150, 130)):
        with torch.no_grad():
            found = module(torch.from_numpy(image))
        arrays = {name: a.numpy() for name, a in zip(module.outputs, found, strict=True)}
        agreement.compare(reference(model, module.task, image), arrays)
    assert agreement.compared > 50


def test_features_of_a_backbone(built, shrunk):
    backbone = built(shrunk(DETECTORS[1])).backbone
    module = make_exportable(res2net_mm.fuse(backbone), NAMED)
    assert module.outputs == ('stage1', 'stage2', 'stage3', 'stage4')
    image = np.random.default_rng(0).normal(size=(2, 3, 75, 64)).astype(np.float32)
    agreement = Agreement('features')
    with torch.no_grad():
        found = module(torch.from_numpy(image))
    arrays = {name: a.numpy() for name, a in zip(module.outputs, found, strict=True)}
    agreement.compare(reference(backbone, 'features', image), arrays)
    assert agreement.compared == 8


@pytest.mark.parametrize(
    ('config', 'message'),
    [
        ('mmdet::detr/detr_r50_8xb2-150e_coco.py', 'model DETR cannot be exported'),
        ('mmseg::psanet/psanet_r50-d8_4xb4-20k_voc12aug-512x512.py', 'PSAMask'),
    ],
)
def test_what_cannot_be_exported_is_named(config, message, shrunk, refused):
    cfg = shrunk(config)
    if 'detr' in config:
        cfg.model.backbone['out_indices'] = (3,)
    assert message in refused(cfg)


def test_deformable_convolutions_are_named(shrunk, built):
    dcn = dict(type='DCNv2', deform_groups=1, fallback_on_stride=False)
    cfg = shrunk(DETECTORS[1], dcn=dcn, stage_with_dcn=(False, False, False, True))
    with pytest.raises(UserError, match=r'backbone\.layer4\S* \(\w*DeformConv2d\w*\) cannot be'):
        make_exportable(built(cfg), NAMED)


def test_a_head_that_scores_otherwise_is_named(shrunk, refused):
    cfg = shrunk(CLASSIFIERS[0])
    cfg.model.head = dict(type='MultiLabelLinearClsHead', num_classes=3, in_channels=2048)
    assert 'head MultiLabelLinearClsHead cannot be exported: it is not a ClsHead' in refused(cfg)


def test_training_mode_is_refused(shrunk, built):
    with pytest.raises(UserError, match='training mode'):
        make_exportable(built(shrunk(DETECTORS[1])).train(), NAMED)


def test_sliding_windows_are_refused(shrunk, refused):
    cfg = shrunk('mmseg::deeplabv3plus/deeplabv3plus_r50-d8_4xb4-20k_voc12aug-512x512.py')
    cfg.model.test_cfg = dict(mode='slide', crop_size=(64, 64), stride=(32, 32))
    assert "test_cfg.mode='slide' cannot be exported" in refused(cfg)


@pytest.mark.parametrize('height', [1, 6, 7])
@pytest.mark.parametrize('width', [8, 9])
def test_a_pool_equal_at_even_and_odd_sides(height, width):
    x = torch.randn(2, 3, height, width)
    pool = nn.AvgPool2d(2, 2, ceil_mode=True, count_include_pad=False)
    model = nn.Sequential(pool)
    replace_ceil_pools(model)
    assert isinstance(model[0], HalvingPool)
    torch.testing.assert_close(model(x), pool(x))


def test_other_pools_stay():
    pools = [
        nn.AvgPool2d(2, 2),
        nn.AvgPool2d(3, 2, ceil_mode=True, count_include_pad=False),
        nn.AvgPool2d(2, 2, ceil_mode=True),
        nn.MaxPool2d(2, 2, ceil_mode=True),
    ]
    model = nn.Sequential(*pools)
    replace_ceil_pools(model)
    assert list(model) == pools
