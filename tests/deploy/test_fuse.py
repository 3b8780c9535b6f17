"""A fused network computes what the network computes, and holds no norm any more."""

import copy

import pytest
import torch
from fused_pairs import assert_equal_outputs, outputs, randomised, small
from torch import nn

import res2net_mm
from res2net_mm.deploy import count_norms
from res2net_mm.deploy.folding import ScaleAndShift, fold_norms
from res2net_mm.deploy.fuse import pad_splits
from res2net_mm.errors import UserError
from res2net_mm.presets import PRESETS


@pytest.mark.parametrize('preset', PRESETS)
@pytest.mark.parametrize('pad_to', [None, 8])
def test_every_preset_fused_is_equal_and_has_no_norms(preset, pad_to):
    model = small(preset)
    fused = res2net_mm.fuse(model, pad_to=pad_to)
    assert count_norms(model)['BatchNorm2d'] > 10
    assert count_norms(fused) == {}
    assert_equal_outputs(model, fused, torch.randn(2, 3, 45, 64))
    assert not any(isinstance(m, ScaleAndShift) for m in fused.modules())


@pytest.mark.parametrize(
    'arguments',
    [
        dict(norm_cfg=dict(type='SyncBN')),
        dict(style='caffe'),
        dict(dcn=dict(type='DCN', deform_groups=1), stage_with_dcn=(False, True)),
        dict(dcn=dict(type='DCNv2', deform_groups=1), stage_with_dcn=(False, True)),
        dict(se=4),
        dict(with_cp=True),
        dict(frozen_stages=1, norm_eval=True),
        dict(
            plugins=[dict(cfg=dict(type='ContextBlock', ratio=1 / 16), position='after_conv3')],
        ),
    ],
    ids=lambda arguments: '-'.join(arguments),
)
def test_every_argument_survives(arguments):
    torch.manual_seed(0)
    model = small('res2net50_26w_4s', **arguments)
    for module in model.modules():
        if hasattr(module, 'conv_offset'):
            nn.init.normal_(module.conv_offset.weight, std=0.01)
    fused = res2net_mm.fuse(model)
    assert count_norms(fused).keys() <= {'LayerNorm'}  # the context block's own
    assert_equal_outputs(model, fused, torch.randn(1, 3, 64, 64))


def test_operators_of_mmcv_get_the_layout_they_read():
    from mmcv.ops import RoIAlign

    class Regions(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.align = nn.Conv2d(3, 8, 3), RoIAlign(7)

        def forward(self, x):
            return self.align(self.conv(x), torch.tensor([[0.0, 1, 1, 15, 12]]))

    model = randomised(Regions())
    x = torch.randn(1, 3, 20, 20).contiguous(memory_format=torch.channels_last)
    with torch.no_grad():
        expected = model.align(model.conv(x).contiguous(), torch.tensor([[0.0, 1, 1, 15, 12]]))
        torch.testing.assert_close(res2net_mm.fuse(model)(x), expected)


def test_original_is_untouched():
    model = small('res2net50_26w_4s')
    before = copy.deepcopy(model.state_dict())
    x = torch.randn(1, 3, 32, 32)
    expected = outputs(model, x)
    fused = res2net_mm.fuse(model)
    outputs(fused, x)
    after = model.state_dict()
    assert after.keys() == before.keys()
    assert all(torch.equal(after[key], before[key]) for key in before)
    assert all(torch.equal(a, b) for a, b in zip(expected, outputs(model, x), strict=True))
    assert all(p.requires_grad for p in model.parameters())
    assert not {id(p) for p in model.parameters()} & {id(p) for p in fused.parameters()}
    assert model.train().training  # it still trains


def test_pad_to_is_refused_below_one():
    with pytest.raises(UserError, match='pad_to=0 must be at least 1'):
        res2net_mm.fuse(small('res2net50_26w_4s'), pad_to=0)


@torch.no_grad()
@pytest.mark.parametrize(('multiple', 'width'), [(8, 32), (13, 26), (32, 32)])
def test_a_block_is_widened_to_the_next_multiple(multiple, width):
    block = fold_norms(small('res2net50_26w_4s')).layer1[1]
    x = torch.randn(1, block.conv1.in_channels, 8, 9)
    (expected,) = outputs(block, x)
    pad_splits(block, multiple)
    assert block.width == width
    assert block.conv1.out_channels == block.conv3.in_channels == 4 * width
    (found,) = outputs(block, x)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5 * expected.abs().max().item())


@torch.no_grad()
def test_groups_are_left_as_they_are():
    block = fold_norms(small('res2next50')).layer1[1]
    before = block.width
    pad_splits(block, 32)
    assert block.width == before
