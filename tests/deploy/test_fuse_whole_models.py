"""Detectors and segmenters of the shipped configs, fused whole, compute the same."""

import pytest
import torch
from mmengine.registry import MODELS, DefaultScope
from torch import nn

import res2net_mm
from res2net_mm.deploy import count_norms
from res2net_mm.openmmlab.config import load_config

QUICK = ('faster_rcnn_r2n_light_fpn_demo', 'retinanet_r2n50_fpn')
LARGE = (
    'faster_rcnn_r50_fpn',
    'deeplabv3plus_r2n50_voc12aug',
    'pspnet_r2n50_d8_ade20k',
    'upernet_r2n50_ade20k',
)


def build(config: str) -> nn.Module:
    cfg = load_config(f'res2net_mm::{config}.py')
    cfg.model.backbone.init_cfg = None
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope(cfg.get('default_scope')):
        model = MODELS.build(cfg.model)
    for module in model.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            nn.init.uniform_(module.weight, 0.5, 1.0)
            nn.init.normal_(module.bias, std=0.1)
            nn.init.normal_(module.running_mean, std=0.1)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
    model.eval()
    return model


def flat(outputs: object) -> list[torch.Tensor]:
    if isinstance(outputs, torch.Tensor):
        return [outputs]
    return [tensor for part in outputs for tensor in flat(part)]


def head(model: nn.Module) -> nn.Module:
    names = ('decode_head', 'rpn_head', 'bbox_head')
    return next(getattr(model, name) for name in names if hasattr(model, name))


@pytest.mark.parametrize(
    'config', [*QUICK, *(pytest.param(name, marks=pytest.mark.slow) for name in LARGE)]
)
def test_whole_model(config):
    model = build(config)
    assert count_norms(model)
    fused = res2net_mm.fuse(model)
    assert count_norms(fused) == {}
    x = torch.randn(1, 3, 64, 96)
    with torch.no_grad():
        features, equal_features = model.extract_feat(x), fused.extract_feat(x)
        outputs, equal_outputs = head(model)(features), head(fused)(features)
    for a, b in zip(flat([features, outputs]), flat([equal_features, equal_outputs]), strict=True):
        assert (a - b).abs().max() <= 1e-5 * a.abs().max()


def test_boxes_of_a_detector_are_the_same():
    """Through RoIAlign, whose operator misreads the layout that a fused network prefers."""
    model = build('faster_rcnn_r2n_light_fpn_demo')
    fused = res2net_mm.fuse(model)
    from mmdet.structures import DetDataSample

    shape = (96, 128)
    sample = DetDataSample(
        metainfo=dict(
            img_shape=shape, batch_input_shape=shape, ori_shape=shape, scale_factor=(1.0, 1.0)
        )
    )
    x = torch.randn(1, 3, *shape)
    found = []
    with torch.no_grad():
        for network in (model, fused):
            network.roi_head.test_cfg.score_thr = 0.0
            (result,) = network.predict(x, [sample.clone()], rescale=False)
            found.append(result.pred_instances)
    assert len(found[0]) == len(found[1]) > 0
    torch.testing.assert_close(found[0].bboxes, found[1].bboxes, rtol=0, atol=1e-2)
    torch.testing.assert_close(found[0].scores, found[1].scores, rtol=0, atol=1e-4)
