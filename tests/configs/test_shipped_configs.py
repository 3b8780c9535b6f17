"""Every config is found by its name, states its published result, loads and builds."""

import re

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import MODELS, DefaultScope
from shipped import CONFIGS

# <method>_<backbone>[_<neck>][_<schedule>][_<dataset>]
NAME = re.compile(
    r'(faster_rcnn|mask_rcnn|cascade_rcnn|cascade_mask_rcnn|htc|retinanet|atss|panoptic_fpn|fcn'
    r'|pspnet|upernet|sem_fpn|deeplabv3|deeplabv3plus)'
    r'_(r50|r101|r2n50|r2n101|r2nx50|r2ndla60|r2n_light)(_\d+w(\d+s)?)?(_d8)?(_dcn)?'
    r'(_fpn|_pafpn|_hfpn|_hpafpn)?(_\d+[xe])?(_voc07|_voc0712|_voc12aug|_cityscapes|_ade20k|_demo)?'
)

every_config = pytest.mark.parametrize('path', CONFIGS, ids=lambda path: path.stem)


@every_config
def test_is_named_by_the_pattern(path):
    assert NAME.fullmatch(path.stem), f'{path.name}: <method>_<backbone>[_<neck>][...]'


@every_config
def test_states_what_is_published(path):
    first = path.read_text().splitlines()[0]
    assert re.match(r'# (Published: .+ \(.+\)|No result is published)', first), first


@every_config
def test_builds(path):
    cfg = Config.fromfile(path)
    with DefaultScope.overwrite_default_scope(cfg.default_scope), torch.device('meta'):
        model = MODELS.build(cfg.model)
    assert 'val_evaluator' in cfg
    is_ours = cfg.model.backbone.type.startswith('res2net_mm.')
    assert is_ours == ('_r2n' in path.stem)
    assert sum(p.numel() for p in model.backbone.parameters()) > 1e6
