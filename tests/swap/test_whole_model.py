"""Whole models, original and swapped, run on a small image."""

import pytest
from mmengine.config import Config

from res2net_mm import swap
from res2net_mm.errors import UserError
from res2net_mm.swap.whole_model import run

LIGHT = 'res2net_light_14w_4s'


@pytest.mark.parametrize(
    ('name', 'preset'),
    [
        ('mmdet::retinanet/retinanet_r18_fpn_1x_coco.py', LIGHT),
        ('mmdet::faster_rcnn/faster-rcnn_r50-caffe_c4-1x_coco.py', LIGHT),
        ('mmdet::fast_rcnn/fast-rcnn_r50_fpn_1x_coco.py', LIGHT),  # reads proposals
        ('mmdet::detr/detr_r18_8xb2-500e_coco.py', LIGHT),
        ('mmdet::qdtrack/qdtrack_faster-rcnn_r50_fpn_4e_base.py', LIGHT),  # reads a video
        ('mmseg::fcn/fcn_r18-d8_4xb2-80k_cityscapes-512x1024.py', LIGHT),
        ('mmseg::bisenetv1/bisenetv1_r18-d32_4xb4-160k_cityscapes-1024x1024.py', 'res2net_light'),
        ('mmseg::icnet/icnet_r18-d8_4xb2-80k_cityscapes-832x832.py', LIGHT),
    ],
)
def test_the_swapped_model_runs(name, preset, load):
    swap(load(name), preset, check=True)


def test_a_swapped_model_that_does_not_run_is_refused(load):
    cfg = load('mmseg::fcn/fcn_r18-d8_4xb2-80k_cityscapes-512x1024.py')
    cfg.model.auxiliary_head.update(type='HeadOfSomeone', in_channels=256)
    run_as_is = pytest.raises(Exception, match='HeadOfSomeone')
    with run_as_is:
        run(cfg)
    swap(cfg, LIGHT)  # the original does not run either, so the fault is not the swap's

    cfg = load('mmseg::fcn/fcn_r18-d8_4xb2-80k_cityscapes-512x1024.py')
    # A setting that reads the backbone under a name that no one can know.
    cfg.model.auxiliary_head.update(type=_head_of_someone(), in_channels=1, read=256)
    run(cfg)
    with pytest.raises(UserError, match='does not run'):
        swap(cfg, LIGHT)


def _head_of_someone() -> type:
    from mmseg.models import FCNHead

    class HeadOfSomeone(FCNHead):
        def __init__(self, *, read: int, **more):
            super().__init__(**{**more, 'in_channels': read})

    return HeadOfSomeone


def test_an_image_as_large_as_the_model_needs(load):
    """DINO proposes 900 boxes, and an image of 128 px has 340 cells."""
    cfg = load('mmdet::dino/dino-4scale_r50_8xb2-12e_coco.py')
    cfg.model.encoder.num_layers = cfg.model.decoder.num_layers = 1
    run(swap(Config(cfg.to_dict()), LIGHT, check=False).config)
