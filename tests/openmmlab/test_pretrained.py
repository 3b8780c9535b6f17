from pathlib import Path

import pytest
from mmengine.config import Config

from res2net_mm.openmmlab.pretrained import drop_pretrained, start_from_random

MAIN = Path(__file__).parents[2] / 'configs/faster_rcnn_r2n50_fpn.py'


@pytest.fixture
def cfg():
    return Config.fromfile(MAIN)


def test_the_main_config_freezes_and_loads(cfg):
    backbone = cfg.model.backbone
    assert (backbone.frozen_stages, backbone.norm_eval) == (1, True)
    assert backbone.init_cfg.checkpoint == 'res2net://res2net50_v1b_26w_4s'


def test_random_weights_are_not_frozen_and_it_is_said(cfg):
    said = '\n'.join(start_from_random(cfg))
    backbone = cfg.model.backbone
    assert (backbone.init_cfg, backbone.frozen_stages, backbone.norm_eval) == (None, -1, False)
    assert 'frozen_stages: 1 -> -1' in said
    assert 'norm_eval: True -> False' in said


def test_frozen_norms_are_released_too():
    cfg = Config(
        dict(
            model=dict(backbone=dict(norm_cfg=dict(type='BN', requires_grad=False), pretrained='x'))
        )
    )
    start_from_random(cfg)
    assert cfg.model.backbone.norm_cfg.requires_grad
    assert cfg.model.backbone.pretrained is None


def test_a_checkpoint_of_the_whole_model_replaces_the_backbones(cfg):
    drop_pretrained(cfg)
    assert cfg.model.backbone.init_cfg is None
    assert cfg.model.backbone.frozen_stages == 1
