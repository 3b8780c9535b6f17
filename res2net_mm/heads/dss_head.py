"""The head of DSS: side outputs with short connections, deep supervision and a fused output."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from res2net_mm.errors import UserError
from res2net_mm.registry import MODELS

from .saliency_head import SaliencyHead, resize_to

#: Channels and kernel size of the two convolutions of each side path, from the deepest up.
SIDE_PATHS = ((512, 7), (512, 5), (256, 5), (256, 5), (128, 3), (128, 3))


@MODELS.register_module(force=True)  # a reload is harmless
class DSSHead(SaliencyHead):
    """Side outputs at every stage, each helped by deeper ones, all trained, and their fusion.

    A side path of two convolutions with ReLU and a 1x1 makes one channel of each feature map, the
    deepest of the last one pooled by two. **Short connections** add a weighted sum of deeper side
    outputs: sides go in pairs from the deepest up, and each gets those of all deeper pairs. Every
    side output is trained at the full size of the mask, and so is their weighted sum, the fused
    output. What is predicted is the mean of the saliency of the fused output and of ``averaged``.

    Of the six side outputs on VGG-16 that the paper describes this is the same network; a
    backbone of OpenMMLab has four stages and no map at stride 1 or 2, so with it there are five.
    What the paper's authors did for ResNet is not in that paper.

    Source: Hou et al., Deeply supervised salient object detection with short connections, CVPR
    2017.

    Args:
        in_channels: Channels of the features, from the finest to the coarsest.
        side_paths: Channels and kernel size of the side paths, from the deepest up.
        averaged: Indices of the side outputs that the prediction is averaged with, 0 the finest.
        head: Arguments of :class:`SaliencyHead`.

    Raises:
        UserError: If there are too few side paths, or ``averaged`` names another side.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        *,
        side_paths: Sequence[tuple[int, int]] = SIDE_PATHS,
        averaged: Sequence[int] = (0, 1, 2),
        **head: Any,
    ) -> None:
        super().__init__(**head)
        channels = [*in_channels, in_channels[-1]]  # the last is pooled
        sides = len(channels)
        if len(side_paths) < sides:
            raise UserError(
                f'side_paths={tuple(side_paths)}: {sides} are needed, one for each of the '
                f'{len(in_channels)} in_channels and one for the last pooled'
            )
        if not set(averaged) <= set(range(sides)):
            raise UserError(f'averaged={tuple(averaged)}: there are sides 0 to {sides - 1}')
        self.averaged = tuple(averaged)
        paths = reversed(side_paths[:sides])
        self.sides = nn.ModuleList(
            side_path(into, width, kernel)
            for into, (width, kernel) in zip(channels, paths, strict=True)
        )
        self.deeper = [deeper_sides(side, sides) for side in range(sides)]
        self.short = nn.ModuleList(
            nn.Conv2d(len(deeper), 1, 1, bias=False) if deeper else nn.Identity()
            for deeper in self.deeper
        )
        self.fuse = nn.Conv2d(sides, 1, 1)

    def init_weights(self) -> None:
        """Initialise; a side begins with the mean of the deeper ones, and fusion is the mean."""
        super().init_weights()
        for conv in (*self.short, self.fuse):
            if isinstance(conv, nn.Conv2d):
                nn.init.constant_(conv.weight, 1 / conv.in_channels)

    def outputs(self, features: Sequence[Tensor]) -> list[Tensor]:
        """Return the fused output, then the side outputs from the finest down, (N, 1, h, w)."""
        pooled = F.max_pool2d(features[-1], 3, stride=2, padding=1)
        own = [side(x) for side, x in zip(self.sides, (*features, pooled), strict=True)]
        found: dict[int, Tensor] = {}
        for side in reversed(range(len(own))):
            found[side] = own[side]
            if deeper := self.deeper[side]:
                size = own[side].shape[2:]
                shown = torch.cat([resize_to(found[i], size) for i in deeper], dim=1)
                found[side] = own[side] + self.short[side](shown)
        outputs = [found[side] for side in range(len(own))]
        size = outputs[0].shape[2:]
        return [self.fuse(torch.cat([resize_to(o, size) for o in outputs], dim=1)), *outputs]

    def merge(self, outputs: list[Tensor]) -> Tensor:
        """Return the logit of the mean saliency of the fused output and some side outputs."""
        size = outputs[0].shape[2:]
        chosen = [outputs[0], *(resize_to(outputs[1 + side], size) for side in self.averaged)]
        return torch.logit(torch.stack(chosen).sigmoid().mean(dim=0), eps=1e-6)


def side_path(in_channels: int, channels: int, kernel: int) -> nn.Sequential:
    """Return two convolutions with ReLU and a 1x1 to one channel."""
    return nn.Sequential(
        nn.Conv2d(in_channels, channels, kernel, padding=kernel // 2),
        nn.ReLU(inplace=True),
        nn.Conv2d(channels, channels, kernel, padding=kernel // 2),
        nn.ReLU(inplace=True),
        nn.Conv2d(channels, 1, 1),
    )


def deeper_sides(side: int, sides: int) -> list[int]:
    """Return the sides that a side gets: those of all deeper pairs, counted from the deepest."""
    pair = (sides - 1 - side) // 2
    return list(range(sides - 2 * pair, sides))
