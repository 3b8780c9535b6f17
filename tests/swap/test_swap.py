"""Shipped configs swapped: what they meant stays, and what reads the backbone follows it."""

import copy

import pytest
from mmengine.config import Config

from res2net_mm import swap
from res2net_mm.errors import UserError

V1B = 'res2net50_v1b_26w_4s'
DLA = 'res2net_dla60'
WEIGHTS = dict(type='Pretrained', checkpoint=f'res2net://{V1B}')
BN = dict(type='BN', requires_grad=True)
FROZEN_BN = dict(type='BN', requires_grad=False)
SYNC_BN = dict(type='SyncBN', requires_grad=True)

FASTER = 'mmdet::faster_rcnn/faster-rcnn_r50_fpn_1x_coco.py'
CAFFE = 'mmdet::retinanet/retinanet_r50-caffe_fpn_1x_coco.py'
DCN = 'mmdet::dcn/cascade-rcnn_r50-dconv-c3-c5_fpn_1x_coco.py'
C4 = 'mmdet::faster_rcnn/faster-rcnn_r50-caffe_c4-1x_coco.py'
DC5 = 'mmdet::faster_rcnn/faster-rcnn_r50-caffe-dc5_1x_coco.py'
DETR = 'mmdet::detr/detr_r50_8xb2-150e_coco.py'
GCB = 'mmdet::gcnet/mask-rcnn_r50-syncbn-gcb-r4-c3-c5_fpn_1x_coco.py'
GN = 'mmdet::gn+ws/faster-rcnn_r50_fpn_gn-ws-all_1x_coco.py'
SCRATCH = 'mmdet::scratch/faster-rcnn_r50-scratch_fpn_gn-all_6x_coco.py'
LAD = 'mmdet::lad/lad_r50-paa-r101_fpn_2xb8_coco_1x.py'
SEMI = 'mmdet::soft_teacher/soft-teacher_faster-rcnn_r50-caffe_fpn_180k_semi-0.1-coco.py'
TRACK = 'mmdet::deepsort/deepsort_faster-rcnn_r50_fpn_8xb2-4e_mot17halftrain_test-mot17halfval.py'
CITY = 'mmdet::cityscapes/faster-rcnn_r50_fpn_1x_cityscapes.py'
V3PLUS = 'mmseg::deeplabv3plus/deeplabv3plus_r50-d8_4xb2-40k_cityscapes-512x1024.py'
MG124 = 'mmseg::deeplabv3/deeplabv3_r101-d16-mg124_4xb2-40k_cityscapes-512x1024.py'
PSP = 'mmseg::pspnet/pspnet_r50-d8_4xb2-40k_cityscapes-512x1024.py'
FASTFCN = 'mmseg::fastfcn/fastfcn_r50-d32_jpu_psp_4xb2-80k_cityscapes-512x1024.py'
SEM_FPN = 'mmseg::sem_fpn/fpn_r50_4xb2-80k_cityscapes-512x1024.py'
KNET = 'mmseg::knet/knet-s3_r50-d8_upernet_8xb2-adamw-80k_ade20k-512x512.py'
BISENET = 'mmseg::bisenetv1/bisenetv1_r18-d32_4xb4-160k_cityscapes-1024x1024.py'
ICNET = 'mmseg::icnet/icnet_r50-d8_4xb2-80k_cityscapes-832x832.py'


def use(cfg: Config) -> dict:
    """How a swapped config uses its backbone: its settings but for what names the network."""
    backbone = cfg.model.backbone.to_dict()
    assert backbone.pop('type') == 'res2net_mm.Res2Net'
    assert backbone.pop('preset') == V1B
    return backbone


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


def test_the_original_is_not_changed(load):
    cfg = load(DCN)
    before = copy.deepcopy(cfg.to_dict())
    swap(cfg, DLA, check=False)
    assert cfg.to_dict() == before


@pytest.mark.parametrize('name', [CAFFE, SEMI])
def test_images_are_normalised_as_the_weights_were_trained(name, load):
    swapped = swap(load(name), V1B, check=False)
    inner = swapped.config.model.data_preprocessor
    inner = inner.get('data_preprocessor', inner)
    assert inner.mean == [123.675, 116.28, 103.53]
    assert inner.std == [58.395, 57.12, 57.375]
    assert inner.bgr_to_rgb is True
    assert inner.pad_size_divisor == 32
    assert 'style: caffe -> pytorch' in str(swapped)


@pytest.mark.parametrize(
    ('name', 'preset', 'followed'),
    [
        (FASTER, DLA, {'neck.in_channels': [128, 256, 512, 1024]}),
        (DETR, 'res2net_light_26w_4s', {'neck.in_channels': [1024]}),
        (DC5, DLA, {
            'rpn_head.in_channels': 1024,
            'roi_head.bbox_head.in_channels': 1024,
            'roi_head.bbox_roi_extractor.out_channels': 1024,
        }),
        (C4, 'res2net_light_26w_4s', {
            'rpn_head.in_channels': 512,
            'roi_head.bbox_head.in_channels': 1024,
            'roi_head.bbox_roi_extractor.out_channels': 512,
        }),
        (V3PLUS, DLA, {
            'decode_head.in_channels': 1024,
            'decode_head.c1_in_channels': 128,
            'auxiliary_head.in_channels': 512,
        }),
        (PSP, DLA, {'decode_head.in_channels': 1024, 'auxiliary_head.in_channels': 512}),
        # Its neck hands the auxiliary head a map of the backbone, and the decode head its own.
        (FASTFCN, DLA, {'neck.in_channels': (256, 512, 1024), 'auxiliary_head.in_channels': 512}),
        (SEM_FPN, DLA, {'neck.in_channels': [128, 256, 512, 1024]}),
        # Of its 512 and 256 some are the kernels' own.
        (KNET, DLA, {
            'decode_head.kernel_generate_head.in_channels': [128, 256, 512, 1024],
            'auxiliary_head.in_channels': 512,
        }),
        (ICNET, DLA, None),
        (BISENET, V1B, {
            'backbone.context_channels': (512, 1024, 2048),
            'backbone.spatial_channels': (64, 64, 64, 512),
            'auxiliary_head[0].in_channels': 512,
            'auxiliary_head[1].in_channels': 512,
        }),
    ],
)  # fmt: skip
def test_what_reads_the_backbone_follows_its_channels(name, preset, followed, load):
    if followed is None:
        with pytest.raises(UserError, match='layer1'):  # ICNet runs ResNet's stages by name
            swap(load(name), preset, check=False)
        return
    changes = swap(load(name), preset, check=False).changes
    found = {str(change).partition(':')[0]: change for change in changes}
    assert {
        path.removeprefix('model.'): change.value
        for path, change in found.items()
        if path.endswith('channels')
    } == followed


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


def test_norms_and_convolutions_fit_the_weights(load):
    swapped = swap(load(GN), V1B, check=False)
    assert use(swapped.config) == dict(
        frozen_stages=1, norm_cfg=BN, norm_eval=True, init_cfg=WEIGHTS
    )
    assert 'GN -> BN' in str(swapped)
    assert 'ConvWS -> None' in str(swapped)


def test_what_started_from_random_weights_still_does(load):
    group_norm = dict(type='GN', requires_grad=True, num_groups=32)
    swapped = swap(load(SCRATCH), V1B, check=False)
    assert use(swapped.config) == dict(frozen_stages=-1, norm_cfg=group_norm)
    assert 'random values, as the original' in str(swapped)


def test_a_preset_without_weights_trains_whole(load):
    swapped = swap(load(CAFFE), 'res2net_light_26w_4s', check=False)
    backbone = swapped.config.model.backbone
    assert 'init_cfg' not in backbone
    assert backbone.frozen_stages == -1
    assert not backbone.norm_eval
    assert backbone.norm_cfg == BN
    assert 'random weights have to train' in str(swapped)


@pytest.mark.parametrize(
    ('name', 'path'),
    [(PSP, 'model.pretrained'), (TRACK, 'model.detector.init_cfg'), (CITY, 'load_from')],
)
def test_weights_of_the_original_network_are_not_loaded(name, path, load):
    cfg = load(name)
    swapped = swap(cfg, V1B, check=False).config
    *parents, key = path.split('.')
    for parent in parents:
        cfg, swapped = cfg[parent], swapped[parent]
    assert cfg[key] is not None
    assert swapped[key] is None


@pytest.mark.parametrize(('name', 'stays'), [(LAD, 'teacher_backbone'), (TRACK, 'reid')])
def test_networks_with_weights_of_their_own_stay(name, stays, load):
    cfg = load(name)
    swapped = swap(cfg, V1B, check=False)
    assert swapped.config.model[stays] == cfg.model[stays]
    assert f'model.{stays} stays' in str(swapped)


def test_a_split_that_deformable_groups_do_not_divide(load):
    cfg = load(DCN)
    cfg.model.backbone.dcn.deform_groups = 8
    swapped = swap(cfg, V1B, check=False)  # 52 channels a split
    assert swapped.config.model.backbone.dcn.deform_groups == 4
    assert 'deform_groups: 8 -> 4' in str(swapped)


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


@pytest.mark.parametrize('neck', ['HierarchicalFPN', 'HierarchicalPAFPN'])
def test_a_hierarchical_neck_follows_the_backbone(neck, load):
    cfg = load('mmdet::retinanet/retinanet_r18_fpn_1x_coco.py')
    cfg.model.neck.type = f'res2net_mm.{neck}'
    assert cfg.model.neck.in_channels == [64, 128, 256, 512]
    swapped = swap(cfg, V1B).config
    assert swapped.model.neck.in_channels == [256, 512, 1024, 2048]
    assert swapped.model.neck.type == f'res2net_mm.{neck}'


def test_a_pyramid_at_output_stride_16_follows_the_backbone(load):
    swapped = swap(load('res2net_mm::sem_fpn_r2n50_hcfpn_voc12aug.py'), DLA).config
    assert swapped.model.neck.in_channels == [128, 256, 512, 1024]
    assert swapped.model.decode_head.in_channels == [256] * 4
    assert swapped.model.auxiliary_head.in_channels == 256


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


@pytest.mark.parametrize(
    ('name', 'preset', 'reason'),
    [
        ('mmdet::detectors/detectors_htc-r50_1x_coco.py', V1B, 'DetectoRS'),
        ('mmdet::tridentnet/tridentnet_r50-caffe_1x_coco.py', V1B, 'three branches'),
        ('mmdet::misc/d2_retinanet_r50-caffe_fpn_ms-90k_coco.py', V1B, 'no backbone'),
        ('mmseg::unet/unet-s5-d16_fcn_4xb4-40k_drive-64x64.py', V1B, 'stride 1:'),
        ('mmseg::pidnet/pidnet-s_2xb6-120k_1024x1024-cityscapes.py', V1B, 'gives one tensor'),
        ('mmseg::stdc/stdc1_4xb12-80k_cityscapes-512x1024.py', V1B, 'built around its backbone'),
        (C4, DLA, 'builds 3 of the four stages'),
        (FASTER, 'res2net50_v2', 'unknown'),
    ],
)
def test_what_cannot_be_swapped_is_refused_with_the_reason(name, preset, reason, load):
    with pytest.raises(UserError, match=reason):
        swap(load(name), preset, check=False)


def test_an_argument_of_unknown_meaning_is_refused(load):
    cfg = load(FASTER)
    cfg.model.backbone.drop_block = 0.1
    with pytest.raises(UserError, match='drop_block'):
        swap(cfg, V1B, check=False)


def test_presets_are_exchanged(load):
    first = swap(load(MG124), V1B, check=False).config
    there = swap(first, DLA, check=False).config
    again = swap(there, 'res2net50', check=False).config
    assert there.model.backbone.strides == (2, 2, 2, 1)
    assert again.model.backbone.preset == 'res2net50_26w_4s'
    assert 'strides' not in again.model.decode_head
    for key in ('strides', 'dilations', 'contract_dilation', 'norm_cfg', 'norm_eval'):
        assert again.model.backbone[key] == first.model.backbone[key]
    assert again.model.decode_head == first.model.decode_head
