"""How the original network is used becomes arguments of a Res2Net, or a refusal."""

import pytest
from swap_configs import (
    BN,
    C4,
    CAFFE,
    DCN,
    DETR,
    EXTRA_NORM,
    FASTER,
    FROZEN_BN,
    GCB,
    MG124,
    RSB,
    SYNC_BN,
    V1B,
    WEIGHTS,
    use,
)

from res2net_mm import swap
from res2net_mm.errors import UserError


@pytest.mark.parametrize(
    ('name', 'kept'),
    [
        (FASTER, dict(frozen_stages=1, norm_cfg=BN, norm_eval=True)),
        (CAFFE, dict(frozen_stages=1, norm_cfg=FROZEN_BN, norm_eval=True)),
        (
            DCN,
            dict(
                frozen_stages=1,
                norm_cfg=BN,
                norm_eval=True,
                dcn=dict(type='DCN', deform_groups=1, fallback_on_stride=False),
                stage_with_dcn=(False, True, True, True),
            ),
        ),
        (
            GCB,
            dict(
                frozen_stages=1,
                norm_cfg=SYNC_BN,
                norm_eval=False,
                plugins=[
                    dict(
                        cfg=dict(type='ContextBlock', ratio=0.25),
                        stages=(False, True, True, True),
                        position='after_conv3',
                    )
                ],
            ),
        ),
        (
            MG124,
            dict(
                norm_cfg=SYNC_BN,
                norm_eval=False,
                strides=(1, 2, 2, 1),
                dilations=(1, 1, 1, 2),
                multi_grid=(1, 2, 4),
                contract_dilation=True,
            ),
        ),
        (DETR, dict(frozen_stages=1, norm_cfg=FROZEN_BN, norm_eval=True, out_indices=(3,))),
    ],
)
def test_what_the_original_meant_stays(name, kept, load):
    assert use(swap(load(name), V1B, check=False).config) == {**kept, 'init_cfg': WEIGHTS}


def test_what_a_class_does_by_default_is_meant_too(load):
    cfg = load(FASTER)
    del cfg.model.backbone['norm_eval']  # MMDetection's ResNet holds its statistics by default
    assert use(swap(cfg, V1B, check=False).config)['norm_eval'] is True


def test_an_argument_of_unknown_meaning_is_refused(load):
    cfg = load(FASTER)
    cfg.model.backbone.drop_block = 0.1
    with pytest.raises(UserError, match='drop_block'):
        swap(cfg, V1B, check=False)


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


def test_the_shared_head_is_the_stage_of_the_same_network(load):
    head = swap(load(C4), V1B, check=False).config.model.roi_head.shared_head
    assert head.to_dict() == dict(
        type='res2net_mm.Res2NetStage',
        preset=V1B,
        stage=3,
        stride=2,
        dilation=1,
        norm_cfg=FROZEN_BN,
        norm_eval=True,
        init_cfg=WEIGHTS,
    )


def test_a_norm_behind_the_shared_head_stays(load):
    head = swap(load(EXTRA_NORM), V1B, check=False).config.model.roi_head.shared_head
    assert (head.type, head.extra_norm) == ('res2net_mm.Res2NetStage', True)


def test_what_a_res2net_does_not_drop_is_told(load):
    swapped = swap(load(RSB), V1B, check=False)
    assert 'drop_path_rate: 0.05 -> 0' in str(swapped)
    assert 'drop_path_rate' not in swapped.config.model.backbone
