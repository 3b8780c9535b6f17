"""Other backbones than ResNets."""

import pytest
from swap_configs import SYNC_BN, V1B, WEIGHTS, use

from res2net_mm import swap


@pytest.mark.parametrize(
    ('name', 'neck'),
    [
        ('mmdet::swin/mask-rcnn_swin-t-p4-w7_fpn_1x_coco.py', [96, 192, 384, 768]),
        ('mmdet::regnet/faster-rcnn_regnetx-3.2GF_fpn_1x_coco.py', [96, 192, 432, 1008]),
        ('mmdet::hrnet/faster-rcnn_hrnetv2p-w18-1x_coco.py', [18, 36, 72, 144]),
    ],
)
def test_other_backbones_of_four_stages(name, neck, load):
    cfg = load(name)
    assert cfg.model.neck.in_channels == neck
    swapped = swap(cfg, V1B, check=False).config
    assert swapped.model.backbone.type == 'res2net_mm.Res2Net'
    assert swapped.model.neck.in_channels == [256, 512, 1024, 2048]


def test_a_dilated_backbone_of_another_kind(load):
    cfg = load('mmseg::mobilenet_v2/mobilenet-v2-d8_fcn_4xb2-80k_cityscapes-512x1024.py')
    swapped = swap(cfg, V1B, check=False).config
    assert use(swapped) == dict(
        strides=(1, 2, 1, 1),
        dilations=(1, 1, 2, 4),
        contract_dilation=True,
        norm_cfg=SYNC_BN,
        init_cfg=WEIGHTS,
    )
    assert swapped.model.decode_head.in_channels == 2048
