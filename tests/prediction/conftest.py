"""Checkpoints with random weights: only the way from a picture to the files is tested."""

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import MODELS
from shipped_configs import LIGHT, LIGHT_SEGMENTER, ROOT

from res2net_mm.openmmlab.pretrained import drop_pretrained


@pytest.fixture(scope='session')
def saved(tmp_path_factory):
    """A function (config) -> checkpoint that carries the config."""
    folder = tmp_path_factory.mktemp('trained')

    def save(cfg, name):
        path = folder / f'{name}.pth'
        if not path.exists():
            drop_pretrained(cfg)
            torch.manual_seed(0)
            with MODELS.switch_scope_and_registry(cfg.default_scope) as models:
                state = models.build(cfg.model).state_dict()
            meta = dict(cfg=cfg.pretty_text, dataset_meta=dict(classes=NAMES))
            torch.save(dict(state_dict=state, meta=meta), path)
        return path

    return save


NAMES = ('disc', 'square', 'triangle', 'star', 'ring')


@pytest.fixture(scope='session')
def detector(saved):
    cfg = Config.fromfile(LIGHT)
    cfg.model.test_cfg.rcnn.score_thr = 0  # random weights are never sure
    return saved(cfg, 'detector')


@pytest.fixture(scope='session')
def segmenter(saved):
    return saved(Config.fromfile(LIGHT_SEGMENTER), 'segmenter')


@pytest.fixture(scope='session')
def instance_segmenter(saved):
    cfg = Config.fromfile(LIGHT)
    mask_rcnn = Config.fromfile(ROOT / 'configs/mask_rcnn_r50_fpn_2x.py').model
    head = cfg.model.roi_head
    head.mask_roi_extractor = mask_rcnn.roi_head.mask_roi_extractor
    head.mask_roi_extractor.update(
        out_channels=head.bbox_roi_extractor.out_channels,
        featmap_strides=head.bbox_roi_extractor.featmap_strides,
    )
    head.mask_head = mask_rcnn.roi_head.mask_head
    head.mask_head.update(
        num_convs=1,
        in_channels=head.bbox_roi_extractor.out_channels,
        conv_out_channels=8,
        num_classes=5,
    )
    cfg.model.type = 'MaskRCNN'
    cfg.model.train_cfg.rcnn.mask_size = 28
    cfg.model.test_cfg.rcnn.update(score_thr=0, mask_thr_binary=0.5)
    return saved(cfg, 'instances')


@pytest.fixture(scope='session')
def images(coco_folder):
    return sorted((coco_folder / 'val2017').iterdir())
