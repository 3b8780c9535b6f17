"""A fused network computes what the network computes, and holds no norm any more."""

import copy
import pickle

import pytest
import torch
from torch import nn

import res2net_mm
from res2net_mm.deploy import count_norms
from res2net_mm.errors import UserError
from res2net_mm.presets import PRESETS, find

# One stage of each preset's own numbers, few blocks: each kind of block is there once.
FEW_BLOCKS = dict(depth=None, stage_blocks=(2, 1))


def randomised(model: nn.Module) -> nn.Module:
    """Give every norm statistics, and weights none of which is 1, so that none can be left out."""
    torch.manual_seed(0)
    for module in model.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, std=0.3)
            nn.init.normal_(module.running_mean, std=0.3)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
    return model.eval()


def small(preset: str, **more) -> nn.Module:
    """The preset with its own widths and rule, cut after its second stage."""
    row = find(preset)
    if row.backbone != 'Res2Net':
        return randomised(res2net_mm.build(preset, **more))
    arguments = {k: v for k, v in row.arguments.items() if k not in ('depth', 'stage_blocks')}
    arguments.update(stage_blocks=(2, 2), block_rule=row.block_rule)
    return randomised(res2net_mm.Res2Net(**{**arguments, **more}))


def outputs(model: nn.Module, x: torch.Tensor) -> list[torch.Tensor]:
    with torch.no_grad():
        found = model(x)
    return list(found) if isinstance(found, tuple | list) else [found]


def assert_equal_outputs(model: nn.Module, fused: nn.Module, x: torch.Tensor) -> None:
    for a, b in zip(outputs(model, x), outputs(fused, x), strict=True):
        assert a.shape == b.shape
        assert (a - b).abs().max() <= 1e-5 * a.abs().max()
        assert a.abs().max() > 0


@pytest.mark.parametrize('preset', PRESETS)
@pytest.mark.parametrize('pad_to', [None, 8])
def test_every_preset_fused_is_equal_and_has_no_norms(preset, pad_to):
    model = small(preset)
    fused = res2net_mm.fuse(model, pad_to=pad_to)
    assert count_norms(model)['BatchNorm2d'] > 10
    assert count_norms(fused) == {}
    assert_equal_outputs(model, fused, torch.randn(2, 3, 45, 64))
