"""Checkpoints with random weights of small models, which carry their config."""

from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.registry import MODELS
from shipped_configs import LIGHT, ROOT

from res2net_mm.openmmlab.pretrained import drop_pretrained

NAMES = ('disc', 'square', 'triangle', 'star', 'ring')


def save_random(cfg: Config, path: Path) -> Path:
    """Save a checkpoint of a config with random weights."""
    drop_pretrained(cfg)
    torch.manual_seed(0)
    with MODELS.switch_scope_and_registry(cfg.default_scope) as models:
        state = models.build(cfg.model).state_dict()
    meta = dict(cfg=cfg.pretty_text, dataset_meta=dict(classes=NAMES))
    torch.save(dict(state_dict=state, meta=meta), path)
    return path


def detector_config() -> Config:
    """Return the config of a detector that keeps boxes of any score."""
    cfg = Config.fromfile(LIGHT)
    cfg.model.test_cfg.rcnn.score_thr = 0  # random weights are never sure
    return cfg


def instance_config() -> Config:
    """Return the config of such a detector that finds masks, too."""
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
    return cfg
