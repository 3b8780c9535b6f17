"""What every backbone shares: freezing, held statistics, initialisation, building by name."""

import pytest
from small_backbone import small
from torch import nn

from res2net_mm import Res2Net, Res2NetDLA, build
from res2net_mm.errors import UserError


@pytest.mark.parametrize('frozen_stages', [-1, 0, 1, 4])
def test_frozen_stages(frozen_stages):
    backbone = small(frozen_stages=frozen_stages)
    assert backbone.train() is backbone
    parts = [nn.ModuleList([backbone.conv1, backbone.bn1]), *backbone.stages]
    for i, part in enumerate(parts):
        frozen = i <= frozen_stages
        assert all(p.requires_grad is not frozen for p in part.parameters())
        assert all(m.training is not frozen for m in part.modules() if hasattr(m, 'running_mean'))


@pytest.mark.parametrize('norm_eval', [True, False])
def test_norm_eval(norm_eval):
    backbone = small(norm_eval=norm_eval).train()
    norms = [m for m in backbone.modules() if isinstance(m, nn.BatchNorm2d)]
    assert all(norm.training is not norm_eval for norm in norms)
    assert all(norm.weight.requires_grad for norm in norms)
    assert backbone.training
    assert backbone.eval() is backbone


@pytest.mark.parametrize('zero', [True, False])
def test_zero_init_residual(zero):
    backbone = small(zero_init_residual=zero)
    backbone.init_weights()
    assert all(block.bn3.weight.any().item() is not zero for block in backbone.blocks())


def test_init_cfg_default_is_kaiming_and_a_given_one_replaces_it():
    backbone = small()
    backbone.init_weights()
    weight = backbone.layer4[0].conv1.weight
    fan_out = weight.shape[0]
    assert weight.std().item() == pytest.approx((2 / fan_out) ** 0.5, rel=0.1)
    backbone = small(init_cfg=dict(type='Constant', layer='Conv2d', val=0.5))
    backbone.init_weights()
    assert (backbone.conv1.weight == 0.5).all()


def test_a_backbone_is_built_by_name():
    backbone = build('res2net_light', out_indices=(3,))
    assert type(backbone) is Res2Net
    assert backbone.out_indices == (3,)
    assert type(build('dla60_res2net')) is Res2NetDLA
    with pytest.raises(UserError, match='res2net_lite'):
        build('res2net_lite')
