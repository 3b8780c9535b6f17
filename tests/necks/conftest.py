import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parents[1] / 'layers'))


@pytest.fixture
def randomised():
    """Give a module values of either sign everywhere, norms too, in float64 and eval mode."""

    def randomise(module):
        torch.manual_seed(0)
        for name, value in module.double().eval().state_dict().items():
            if value.is_floating_point():
                value.uniform_(*((0.5, 1.5) if 'running_var' in name else (-0.5, 0.5)))
        return module

    return randomise


@pytest.fixture
def maps():
    """Return a function (channels, sizes) -> random maps (N, C, H, W) in float64."""

    def draw(channels, sizes):
        torch.manual_seed(1)
        return [torch.randn(2, c, *s).double() for c, s in zip(channels, sizes, strict=True)]

    return draw
