"""Every config is found by its name, states its published result, loads and builds."""

import re
from functools import cache

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import MODELS, DefaultScope
from shipped_configs import CONFIGS

import res2net_mm  # noqa: F401  (lets mmseg:: configs be found)

# <method>_<backbone>[_<neck>][_<schedule>][_<dataset>]
NAME = re.compile(
    r'(faster_rcnn|mask_rcnn|cascade_rcnn|cascade_mask_rcnn|htc|retinanet|atss|panoptic_fpn|fcn'
    r'|pspnet|upernet|sem_fpn|deeplabv3|deeplabv3plus|dss|poolnet|simplebaseline)'
    r'_(r50|r101|r2n50|r2n101|r2nx50|r2ndla60|r2n_light)(_\d+w(\d+s)?)?(_d8)?(_dcn)?'
    r'(_fpn|_pafpn|_hfpn|_hpafpn|_hcfpn)?(_\d+[xe])?'
    r'(_voc07|_voc0712|_voc12aug|_cityscapes|_ade20k|_msrab|_duts|_coco_256x192|_demo)?'
)
# [se_]<network>[_v1b][_<width and scales>][_<input size>]_<dataset>
CLASSIFIER_NAME = re.compile(
    r'(se_)?(r50|r101|x50|x29|densenet161|inception_v3|dla60|dlax60|r2n50|r2n101|r2n200|r2nx50|r2nx29|r2ndla60'
    r'|r2nxdla60|r2n_light)(_v1b)?(_(\d+c)?\d+w(\d+s)?)?(_299)?_(imagenet|cifar100|demo)'
)
DETECTORS = [
    path
    for path in CONFIGS
    if path.stem.startswith(('faster', 'mask', 'cascade', 'htc', 'retina', 'atss'))
]
CLASSIFIERS = [path for path in CONFIGS if CLASSIFIER_NAME.fullmatch(path.stem)]
SEGMENTERS = [
    path
    for path in CONFIGS
    if path.stem.startswith(('fcn', 'pspnet', 'upernet', 'sem_fpn', 'deeplab'))
]
SALIENT = [path for path in CONFIGS if path.stem.startswith(('dss', 'poolnet'))]
load = cache(Config.fromfile)  # not to be changed by a test


def each(paths):
    return pytest.mark.parametrize('path', paths, ids=lambda path: path.stem)


@each(CONFIGS)
def test_is_named_by_the_pattern(path):
    fits = NAME.fullmatch(path.stem) or CLASSIFIER_NAME.fullmatch(path.stem)
    assert fits, f'{path.name}: <method>_<backbone>[_<neck>][...] or <network>[...]_<dataset>'


@each(CONFIGS)
def test_states_what_is_published(path):
    first = path.read_text().splitlines()[0]
    assert re.match(r'# (Published: .+ \(.+\)|No result is published)', first), first


@pytest.mark.slow  # all of them together
@each(CONFIGS)
def test_builds(path):
    cfg = load(path)
    # MMPretrain's ResNet computes with tensors while it is built.
    device = 'cpu' if cfg.default_scope == 'mmpretrain' else 'meta'
    with DefaultScope.overwrite_default_scope(cfg.default_scope), torch.device(device):
        model = MODELS.build(cfg.model)
    is_ours = cfg.model.backbone.type.startswith('res2net_mm.')
    assert is_ours == any(part in path.stem for part in ('r2n', 'x29', 'dla'))
    assert sum(p.numel() for p in model.backbone.parameters()) > 1e6


@pytest.mark.slow
@each(DETECTORS)
def test_a_detector_is_scored_by_size_boxes_and_masks(path):
    cfg = load(path)
    has_masks = 'mask_head' in cfg.model.get('roi_head', {})
    assert cfg.val_evaluator == cfg.test_evaluator
    assert cfg.val_evaluator.type == 'res2net_mm.SizeMetric'
    assert cfg.val_evaluator.get('metric', 'bbox') == (['bbox', 'segm'] if has_masks else 'bbox')


@pytest.mark.slow
@each(SEGMENTERS)
def test_a_segmenter_is_scored_by_region_size(path):
    cfg = load(path)
    assert cfg.val_evaluator == cfg.test_evaluator == dict(type='res2net_mm.RegionSizeMetric')


@pytest.mark.slow
@each(SALIENT)
def test_a_salient_object_detector_is_scored_by_object_size(path):
    cfg = load(path)
    assert cfg.val_evaluator == cfg.test_evaluator == dict(type='res2net_mm.SaliencySizeMetric')


@pytest.mark.slow
@each(DETECTORS)
def test_no_box_is_left_out_of_training_for_being_small(path):
    assert 'bbox_min_size' not in str(load(path).train_dataloader)


@pytest.mark.slow
@each(CLASSIFIERS)
def test_a_classifier_is_scored_by_top_1_and_top_5(path):
    cfg = load(path)
    assert cfg.val_evaluator == cfg.test_evaluator
    assert cfg.val_evaluator.type == 'res2net_mm.AccuracyMetric'
