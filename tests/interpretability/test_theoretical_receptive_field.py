"""Against the textbook recursion, written out for ResNet's and Res2Net's layout."""

import pytest

from res2net_mm import build
from res2net_mm.interpretability import theoretical_receptive_fields


def literal(stage_blocks, scales, stem):
    """R grows by (kernel - 1) * jump at each layer; the jump is the product of the strides."""
    field, jump = stem
    found = {}
    for stage, blocks in enumerate(stage_blocks, start=1):
        for block in range(blocks):
            stride = 2 if stage > 1 and block == 0 else 1
            splits = [field + 2 * jump * (i + 1) for i in range(scales - 1)] + [field]
            if block == 0:  # no split carries, and the last is pooled 3x3
                splits = [field + 2 * jump] * scales
            field, jump = max(splits), jump * stride
        found[f'stage {stage}'] = field
        found |= {f'stage {stage}, split {i + 1}': side for i, side in enumerate(splits)}
    return found


SEVEN = (7 + 2 * 2, 4)  # 7x7 stride 2, then a 3x3 pool of stride 2
DEEP = (3 + 2 * 2 + 2 * 2 + 2 * 2, 4)


@pytest.mark.parametrize(
    ('preset', 'layout'),
    [
        ('res2net50_26w_4s', ((3, 4, 6, 3), 4, SEVEN)),
        ('se_res2net50_26w_4s', ((3, 4, 6, 3), 4, SEVEN)),
        ('res2net50_v1b_26w_4s', ((3, 4, 6, 3), 4, DEEP)),
        ('res2next50', ((3, 4, 6, 3), 4, SEVEN)),
    ],
)
def test_res2net(preset, layout):
    assert theoretical_receptive_fields(build(preset)) == literal(*layout)


def test_resnet_50_has_the_fields_that_are_known():
    mmdet = pytest.importorskip('mmdet.models.backbones')
    found = theoretical_receptive_fields(mmdet.ResNet(50))
    assert found == {'stage 1': 35, 'stage 2': 91, 'stage 3': 267, 'stage 4': 427}


def test_a_deformable_convolution_has_none():
    pytest.importorskip('mmcv.ops')
    backbone = build(
        'res2net_light_14w_4s',
        dcn=dict(type='DCNv2', deform_groups=1),
        stage_with_dcn=(False, False, True, False),
    )
    found = theoretical_receptive_fields(backbone)
    assert found['stage 2']
    assert found['stage 2, split 4']
    assert found['stage 3'] is found['stage 4, split 1'] is None
