"""A Res2Net that is cheap to build and to run."""

import torch
from torch import nn

from res2net_mm import Res2Net

# Stages of 4, 8, 16 and 32 base channels.
SMALL = dict(stage_blocks=(2, 1, 2, 1), base_channels=8, base_width=32, scales=3)


def small(**more) -> Res2Net:
    return Res2Net(**{**SMALL, **more})


def sizes(backbone: nn.Module, side: int = 64, channels: int = 3) -> list[tuple[int, int]]:
    with torch.no_grad():
        features = backbone.eval()(torch.randn(1, channels, side, side))
    return [(f.shape[1], f.shape[2]) for f in features]
