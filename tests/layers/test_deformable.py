"""Deformable convolutions: known to the registry, neutral at first, fed with contiguous maps."""

import sys

import pytest
import torch
from mmcv.cnn import build_conv_layer
from torch import nn

from res2net_mm.errors import UserError
from res2net_mm.layers import (
    HierarchicalConv,
    give_contiguous_inputs,
    init_undeformed,
    is_deformable,
    register_deformable,
)

DCN = dict(type='DCNv2', deform_groups=1)


@pytest.fixture(autouse=True)
def _registered():
    register_deformable(DCN)


def test_without_the_operators_of_mmcv_it_is_refused(monkeypatch):
    monkeypatch.setitem(sys.modules, 'mmcv.ops', None)
    with pytest.raises(UserError, match='mmcv-lite lacks them'):
        register_deformable(DCN)


def test_starts_undeformed():
    conv = build_conv_layer(DCN, 4, 6, kernel_size=3, padding=1, bias=False)
    nn.init.normal_(conv.conv_offset.weight)
    assert is_deformable(conv)
    assert not is_deformable(nn.Conv2d(4, 6, 3))
    init_undeformed(conv)
    x = torch.randn(1, 4, 7, 7)
    expected = nn.functional.conv2d(x, conv.weight, padding=1) / 2  # a mask of sigmoid(0)
    torch.testing.assert_close(conv(x), expected)


def test_inputs_are_made_contiguous():
    seen, module = [], nn.Identity()
    give_contiguous_inputs(module)
    module.register_forward_pre_hook(
        lambda _, inputs, keywords: seen.extend([*inputs, *keywords.values()]), with_kwargs=True
    )
    module(torch.randn(1, 4, 5, 6).contiguous(memory_format=torch.channels_last))
    assert [x.is_contiguous() for x in seen] == [True]


def test_deformable_convolution_gets_contiguous_splits():
    layer = HierarchicalConv(4, 4, conv_cfg=dict(type='DCNv2', deform_groups=1))
    layer(torch.randn(2, 16, 6, 6)).sum().backward()
    assert all(conv.weight.grad is not None for conv in layer.convs)
