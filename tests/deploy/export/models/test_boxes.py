"""Boxes are chosen as mmcv's batched_nms chooses them."""

import pytest
import torch
from mmcv.ops import batched_nms

from res2net_mm.deploy.export.models.boxes import BoxDecoder, BoxSelection
from res2net_mm.deploy.export.operators import PLAIN
from res2net_mm.errors import UserError

FASTER = 'mmdet::faster_rcnn/faster-rcnn_r50_fpn_1x_coco.py'


def test_soft_suppression_is_refused(shrunk, refused):
    cfg = shrunk(FASTER)
    cfg.model.test_cfg.rcnn.nms = dict(type='soft_nms')
    assert 'roi_head, nms=' in refused(cfg)


def test_coders_and_numbers_that_are_refused():
    with pytest.raises(UserError, match='head, bbox_coder int cannot be exported: allowed: Delta'):
        BoxDecoder(1, 'head')
    config = dict(nms=dict(type='nms', iou_threshold=0.5), max_per_img=-1)
    with pytest.raises(UserError, match='head, max_per_img=-1 cannot be exported'):
        BoxSelection(config, PLAIN, 'head')


@pytest.mark.parametrize('agnostic', [False, True])
def test_selection(agnostic):
    random = torch.Generator().manual_seed(0)
    corners = torch.rand(2, 40, 2, generator=random) * 30
    boxes = torch.cat([corners, corners + 5 + 10 * torch.rand(2, 40, 2, generator=random)], 2)
    scores = torch.rand(2, 40, generator=random)
    labels = torch.randint(0, 2, (2, 40), generator=random)
    nms = dict(type='nms', iou_threshold=0.3, class_agnostic=agnostic)
    config = dict(nms=nms, max_per_img=8, min_bbox_size=6)
    found = BoxSelection(config, PLAIN, 'head')(boxes, scores, labels, labels)
    for n in range(2):
        large = (boxes[n, :, 2:] - boxes[n, :, :2] > 6).all(1)
        kept, index = batched_nms(boxes[n, large], scores[n, large], labels[n, large], nms)
        torch.testing.assert_close(found.boxes[n], kept[:8, :4])
        torch.testing.assert_close(found.scores[n], kept[:8, 4])
        assert found.labels[n].tolist() == labels[n, large][index[:8]].tolist()


def test_a_head_with_a_decoder_of_its_own(shrunk, refused):
    cfg = shrunk('mmdet::gfl/gfl_r50_fpn_1x_coco.py')
    assert 'bbox_head GFLHead cannot be exported' in refused(cfg)
