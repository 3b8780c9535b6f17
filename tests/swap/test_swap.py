"""Shipped configs swapped: what they meant stays, what is written loads as what was made."""

import pytest
from mmengine.config import Config
from mmengine.hub import get_config
from mmengine.registry import MODELS, DefaultScope

from res2net_mm import swap

V1B = 'res2net50_v1b_26w_4s'

CONFIGS = [
    'mmdet::faster_rcnn/faster-rcnn_r50_fpn_1x_coco.py',
    'mmdet::retinanet/retinanet_r50-caffe_fpn_1x_coco.py',
    'mmseg::deeplabv3/deeplabv3_r101-d16-mg124_4xb2-40k_cityscapes-512x1024.py',
]


def settings(cfg):
    """A config's settings without the scopes that inheriting it from a toolbox adds."""
    if isinstance(cfg, dict):
        return {key: settings(value) for key, value in cfg.items() if key != '_scope_'}
    return [settings(value) for value in cfg] if isinstance(cfg, list) else cfg


@pytest.mark.parametrize('name', CONFIGS)
def test_what_is_written_loads_as_what_was_made(name, tmp_path):
    swapped = swap(get_config(name), V1B, check=False)
    loaded = Config.fromfile(swapped.write(tmp_path / 'swapped.py'))
    assert settings(loaded.to_dict()) == settings(swapped.config.to_dict())


def test_a_swapped_config_builds():
    cfg = swap(get_config(CONFIGS[0]), V1B, check=False).config
    with DefaultScope.overwrite_default_scope('mmdet'):
        model = MODELS.build(cfg.model)
    assert model.backbone.preset == V1B
    assert model.backbone.frozen_stages == 1
