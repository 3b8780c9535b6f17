"""Levels, anchors and thresholds as configs of MMDetection set them."""

import numpy as np
import pytest
from mmengine.config import Config
from shipped_configs import MAIN

from res2net_mm.errors import UserError
from res2net_mm.openmmlab.config import load_config
from res2net_mm.openmmlab.pyramid import read_pyramid

# Config -> head, strides, anchors of a cell, pos_iou_thr, trained range.
READ = {
    str(MAIN): ('RPNHead', (4, 8, 16, 32, 64), 3, 0.7, (26.8, 611.9)),
    'mmdet::retinanet/retinanet_r50_fpn_1x_coco.py': (
        'RetinaHead', (8, 16, 32, 64, 128), 9, 0.5, (22.6, 1149.4),
    ),
    'mmdet::yolo/yolov3_d53_8xb8-320-273e_coco.py': (
        'YOLOV3Head', (8, 16, 32), 3, 0.5, (8.1, 493.4),
    ),
    'mmdet::atss/atss_r50_fpn_1x_coco.py': (
        'ATSSHead', (8, 16, 32, 64, 128), 0, None, (32, np.inf),
    ),
    'mmdet::fcos/fcos_r50-caffe_fpn_gn-head_1x_coco.py': (
        'FCOSHead', (8, 16, 32, 64, 128), 0, None, (32, np.inf),
    ),
    'mmdet::yolox/yolox_s_8xb8-300e_coco.py': ('YOLOXHead', (8, 16, 32), 0, None, (32, np.inf)),
}  # fmt: skip


@pytest.mark.parametrize('config', READ)
def test_the_pyramid_of_a_config(config):
    head, strides, per_cell, threshold, trained = READ[config]
    pyramid = read_pyramid(load_config(config))
    assert pyramid is not None
    assert pyramid.head == head
    assert pyramid.strides == tuple((s, s) for s in strides)
    assert pyramid.cell == strides[0]
    assert [len(level) for level in pyramid.anchors] == [per_cell] * (len(strides) * (per_cell > 0))
    assert pyramid.pos_iou_thr == threshold
    assert pyramid.trained_range == pytest.approx(trained, rel=0.01)


def test_the_anchors_of_the_finest_level_come_first():
    """YOLOv3 names its levels from the coarsest on."""
    pyramid = read_pyramid(load_config('mmdet::yolo/yolov3_d53_8xb8-320-273e_coco.py'))
    sides = pyramid.anchors[0][:, 2:] - pyramid.anchors[0][:, :2]
    assert sides.tolist() == [[10, 13], [16, 30], [33, 23]]  # of YOLOv3's paper


def test_queries_have_no_levels():
    assert read_pyramid(load_config('mmdet::detr/detr_r50_8xb2-150e_coco.py')) is None


def test_anchors_that_cannot_be_built_are_one_error():
    head = dict(type='RetinaHead', anchor_generator=dict(type='AnchorGenerator', strides=[8]))
    with pytest.raises(UserError, match='anchors of the RetinaHead cannot be built'):
        read_pyramid(Config(dict(model=dict(bbox_head=head))))
