"""Everything that reads a backbone follows its channels."""

import pytest
from swap_configs import (
    ARCFACE,
    BISENET,
    C4,
    DC5,
    DETR,
    DLA,
    FASTER,
    FASTFCN,
    ICNET,
    INTERHAND,
    KNET,
    MOCO,
    PSP,
    RESNET18,
    SEM_FPN,
    V1B,
    V3PLUS,
)

from res2net_mm import swap
from res2net_mm.errors import UserError


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
        (INTERHAND, DLA, {
            f'head.{name}_head_cfg.in_channels': 1024 for name in ('keypoint', 'root', 'hand_type')
        }),
        (MOCO, DLA, {'neck.in_channels': 1024}),
        (RESNET18, V1B, {'head.in_channels': 2048}),
        (ARCFACE, DLA, {'head.in_channels': 1024}),
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
