"""Models with norms that cannot be left out unnoticed, and the comparison with their fused form."""

import torch
from spread_norms import spread_norms
from torch import nn

import res2net_mm
from res2net_mm.presets import find


def randomised(model: nn.Module) -> nn.Module:
    """Give every norm weights and statistics that cannot be left out unnoticed."""
    torch.manual_seed(0)
    spread_norms(model)
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
