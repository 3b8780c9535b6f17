"""Every argument of Res2Net is alive, and a wrong one is refused by name."""

import pytest
import torch
from small_backbone import SMALL, sizes, small
from torch import nn

from res2net_mm import Res2Net
from res2net_mm.errors import UserError
from res2net_mm.layers import BLOCK_RULES, SqueezeExcite


def test_shapes():
    assert sizes(small()) == [(32, 16), (64, 8), (128, 4), (256, 2)]
    assert small().out_channels == (32, 64, 128, 256)


@pytest.mark.parametrize('side', [1, 31, 33, 65, 97])
def test_odd_sizes_round_up_like_resnet(side):
    assert [s for _, s in sizes(small(stem='deep', avg_down=True), side)] == [
        -(-side // stride) for stride in (4, 8, 16, 32)
    ]


@pytest.mark.parametrize(
    ('depth', 'blocks'),
    [(50, (3, 4, 6, 3)), (101, (3, 4, 23, 3)), (152, (3, 8, 36, 3)), (200, (3, 12, 48, 3))],
)
def test_depth(depth, blocks):
    backbone = Res2Net(depth=depth, base_channels=4, base_width=64, scales=2)
    assert tuple(len(stage) for stage in backbone.stages) == blocks


def test_scales_base_width_and_groups():
    block = small(scales=5, base_width=48, groups=2).layer1[0]
    assert len(block.convs) == 4
    assert block.convs[0].weight.shape == (12, 6, 3, 3)  # 8 * 48 // 64 * 2 channels, 2 groups
    assert block.conv1.out_channels == 60


def test_convolve_first():
    backbone = small(convolve_first=True)
    assert [len(block.convs) for block in backbone.blocks()] == [3, 2, 3, 3, 2, 3]
    assert sizes(backbone) == sizes(small())


@pytest.mark.parametrize(
    ('stem', 'reduction', 'keys'),
    [
        ('7x7', 4, ['conv1.weight']),
        ('deep', 4, [f'conv1.{i}.weight' for i in (0, 1, 3, 4, 6)]),
        ('3x3', 1, ['conv1.weight']),
    ],
)
def test_stem(stem, reduction, keys):
    backbone = small(stem=stem, stem_channels=16)
    assert sizes(backbone)[0][1] == 64 // reduction
    weights = [k for k in backbone.state_dict() if k.startswith('conv1') and 'weight' in k]
    assert weights == keys
    assert backbone.bn1.num_features == 16


def test_avg_down():
    pooled, strided = (small(avg_down=v).layer2[0].downsample for v in (True, False))
    assert isinstance(pooled[0], nn.AvgPool2d)
    assert pooled[1].stride == (1, 1)
    assert strided[0].stride == (2, 2)


def test_se():
    gates = [m for m in small(se=4).modules() if isinstance(m, SqueezeExcite)]
    assert len(gates) == sum(SMALL['stage_blocks'])
    assert gates[0].fc1.out_channels == 32 // 4


@pytest.mark.parametrize('rule', BLOCK_RULES)
def test_block_rule_reaches_the_blocks(rule):
    given, later = small(block_rule=rule), small()
    later.set_block_rule(rule)
    later.load_state_dict(given.state_dict())
    x = torch.randn(1, 3, 32, 32)
    for a, b in zip(given.eval()(x), later.eval()(x), strict=True):
        assert torch.equal(a, b)
    assert (given.block_rule, later.block_rule) == (rule, rule)
    assert given.block_rule_given
    assert not small().block_rule_given


def test_in_channels():
    assert sizes(small(in_channels=5), channels=5) == sizes(small())


def test_num_stages_and_out_indices():
    backbone = small(num_stages=3, out_indices=(2, 0), strides=(1, 2, 2), dilations=(1, 1, 1))
    assert not hasattr(backbone, 'layer4')
    assert sizes(backbone) == [(32, 16), (128, 4)]


def test_strides_and_dilations():
    backbone = small(strides=(1, 2, 1, 1), dilations=(1, 1, 2, 4), block_rule='official')
    assert [s for _, s in sizes(backbone)] == [16, 8, 8, 8]
    assert [stage[0].convs[0].dilation[0] for stage in backbone.stages] == [1, 1, 2, 4]
    assert [stage[-1].convs[0].dilation[0] for stage in backbone.stages] == [1, 1, 2, 4]


def test_contract_dilation():
    backbone = small(strides=(1, 2, 1, 1), dilations=(1, 1, 2, 4), contract_dilation=True)
    assert [block.convs[0].dilation[0] for block in backbone.layer3] == [1, 2]
    assert backbone.layer4[0].convs[0].dilation[0] == 2


def test_multi_grid():
    backbone = small(stage_blocks=(1, 1, 1, 3), dilations=(1, 1, 1, 2), multi_grid=(1, 2, 4))
    assert [block.convs[0].dilation[0] for block in backbone.layer4] == [1, 2, 4]
    assert backbone.layer3[0].convs[0].dilation[0] == 1


@pytest.mark.parametrize('scales', [1, 2, 4])
@pytest.mark.parametrize('block_rule', BLOCK_RULES)
@pytest.mark.parametrize('stem', ['7x7', 'deep'])
def test_gradients_reach_every_parameter(scales, block_rule, stem):
    backbone = small(scales=scales, block_rule=block_rule, stem=stem, avg_down=stem == 'deep', se=2)
    sum(f.mean() for f in backbone(torch.randn(2, 3, 32, 32))).backward()
    assert all(p.grad is not None and p.grad.any() for p in backbone.parameters())


@pytest.mark.parametrize(
    'wrong',
    [
        dict(depth=18, stage_blocks=None),
        dict(depth=50),  # beside stage_blocks
        dict(scales=0),
        dict(groups=3, base_width=0),
        dict(stem='8x8'),
        dict(block_rule='timm'),
        dict(num_stages=5),
        dict(num_stages=0),
        dict(strides=(1, 2, 2)),
        dict(dilations=(1, 1)),
        dict(multi_grid=(1, 2, 4)),  # the last stage has one block
        dict(out_indices=(4,)),
        dict(out_indices=()),
        dict(style='tf'),
        dict(frozen_stages=5),
        dict(dcn=dict(type='DCNv2', deform_groups=1)),
        dict(stage_with_dcn=(True, True, True, True)),
        dict(
            plugins=[dict(cfg=dict(type='ContextBlock', ratio=1), position='x', stages=[True] * 4)]
        ),
        dict(
            plugins=[
                dict(cfg=dict(type='ContextBlock', ratio=1), position='after_conv1', stages=[1])
            ]
        ),
        dict(se=0),
    ],
    ids=lambda wrong: '-'.join(wrong),
)
def test_a_wrong_argument_is_refused_by_name(wrong):
    with pytest.raises(UserError) as caught:
        small(**wrong)
    named = {'base_width': 'width', 'plugins': 'plugin'}
    assert any(named.get(name, name) in str(caught.value) for name in wrong)


def test_an_unknown_argument_is_refused():
    with pytest.raises(TypeError, match='depht'):
        small(depht=50)
