import pytest
import torch
from torch import nn

from res2net_mm import Res2NetDLA
from res2net_mm.errors import UserError


@pytest.fixture(scope='module')
def backbone():
    return Res2NetDLA()


def test_pyramid_at_strides_4_to_32(backbone):
    with torch.no_grad():
        features = backbone.eval()(torch.randn(1, 3, 64, 96))
    assert [tuple(f.shape[1:]) for f in features] == [
        (128, 16, 24),
        (256, 8, 12),
        (512, 4, 6),
        (1024, 2, 3),
    ]
    assert backbone.out_channels == (128, 256, 512, 1024)


@pytest.mark.parametrize('side', [1, 33, 65, 97])
def test_odd_sizes_round_up(backbone, side):
    with torch.no_grad():
        features = backbone.eval()(torch.randn(1, 3, side, side))
    assert [f.shape[2] for f in features] == [-(-side // stride) for stride in (4, 8, 16, 32)]


def test_dilated_to_output_stride_8():
    backbone = Res2NetDLA(strides=(2, 2, 1, 1), dilations=(1, 1, 2, 4), contract_dilation=True)
    with torch.no_grad():
        features = backbone.eval()(torch.randn(1, 3, 64, 64))
    assert [f.shape[2] for f in features] == [16, 8, 8, 8]
    assert backbone.level5.tree1.convs[0].dilation == (2, 2)
    assert backbone.level5.tree2.convs[0].dilation == (4, 4)


def test_gradients_reach_every_parameter(backbone):
    sum(f.mean() for f in backbone.train()(torch.randn(2, 3, 64, 64))).backward()
    assert all(p.grad is not None and p.grad.any() for p in backbone.parameters())


@pytest.mark.parametrize('frozen_stages', [-1, 0, 2])
def test_frozen_stages(frozen_stages):
    backbone = Res2NetDLA(frozen_stages=frozen_stages).train()
    stem = nn.ModuleList([backbone.base_layer, backbone.level0, backbone.level1])
    for i, part in enumerate([stem, *backbone.stages]):
        assert all(p.requires_grad is not (i <= frozen_stages) for p in part.parameters())


def test_res2next_form():
    conv = Res2NetDLA('res2next_dla60').level2.tree1.convs[0]
    assert conv.weight.shape == (32, 4, 3, 3)


def test_dcn_and_plugins():
    backbone = Res2NetDLA(
        dcn=dict(type='DCNv2', deform_groups=1),
        stage_with_dcn=(False, False, False, True),
        plugins=[
            dict(
                cfg=dict(type='ContextBlock', ratio=1 / 16),
                position='after_conv3',
                stages=(False, False, False, True),
            )
        ],
    )
    names = {type(m).__name__ for m in backbone.level5.modules()}
    assert {'ModulatedDeformConv2dPack', 'ContextBlock'} <= names
    assert len(backbone(torch.randn(2, 3, 64, 64))) == 4


def test_wrong_arguments_are_refused():
    with pytest.raises(UserError, match='strides'):
        Res2NetDLA(strides=(2, 2))
    with pytest.raises(UserError, match=r'res2net_mm\.Res2Net'):
        Res2NetDLA('res2net50_26w_4s')
