"""Packed weights follow the parameters; where oneDNN does not run, PyTorch computes the same."""

import copy
import pickle

import pytest
import torch
import torch.nn.functional as F
from fused_pairs import assert_equal_outputs, outputs, randomised, small
from torch import nn

import res2net_mm
from res2net_mm.deploy.packed_conv import PackedConv2d, can_pack


def test_copies_pickles_and_state_dicts_work_after_use():
    fused = res2net_mm.fuse(small('res2net50_26w_4s'))
    x = torch.randn(1, 3, 32, 32)
    expected = outputs(fused, x)
    other = res2net_mm.fuse(randomised(small('res2net50_26w_4s').double().float()))
    for parameter in other.parameters():
        parameter.zero_()
    outputs(other, x)  # packs the zeros
    other.load_state_dict(fused.state_dict())
    for again in (copy.deepcopy(fused), pickle.loads(pickle.dumps(fused)), other):
        assert all(torch.equal(a, b) for a, b in zip(expected, outputs(again, x), strict=True))


def test_other_sizes_dtypes_and_gradients_of_the_image():
    model = small('res2net50_26w_4s')
    fused = res2net_mm.fuse(model)
    for size in ((32, 32), (64, 33), (1, 1)):
        assert_equal_outputs(model, fused, torch.randn(1, 3, *size))
    x = torch.randn(1, 3, 32, 32, requires_grad=True)
    (wanted,) = torch.autograd.grad(model(x)[-1].sum(), x)
    (found,) = torch.autograd.grad(fused(x)[-1].sum(), x)
    torch.testing.assert_close(found, wanted, rtol=1e-3, atol=1e-3 * wanted.abs().max().item())
    assert_equal_outputs(model.double(), fused.double(), torch.randn(1, 3, 32, 32).double())
    with torch.autocast('cpu', torch.bfloat16), torch.no_grad():
        assert fused.float()(torch.randn(1, 3, 32, 32))[-1].dtype == torch.bfloat16


@pytest.mark.parametrize('options', [{}, dict(groups=2, stride=2), dict(padding=2, dilation=2)])
@torch.no_grad()
def test_the_pass_that_convolves_adds_and_rectifies_too(options):
    conv = nn.Conv2d(4, 6, 3, **options)
    x, expected = torch.randn(2, 4, 9, 9), None
    packed, expected = PackedConv2d.of(conv), conv(x)
    added = torch.randn_like(expected)
    assert packed.is_fast(x)
    torch.testing.assert_close(packed(x), expected)
    torch.testing.assert_close(packed.finish(x, relu=True), F.relu(expected))
    found = packed.finish(x, add=added.clone(), relu=True)
    torch.testing.assert_close(found, F.relu(expected + added))


def test_what_can_be_packed():
    assert can_pack(nn.Conv2d(4, 6, 3))
    assert not can_pack(nn.Conv2d(4, 6, 3, padding='same'))
    assert not can_pack(nn.Conv2d(4, 6, 3, padding=1, padding_mode='reflect'))
    assert not can_pack(nn.Linear(4, 6))
