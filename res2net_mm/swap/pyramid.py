"""What a backbone gives: channels and strides, measured by running it."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from mmengine.registry import MODELS, DefaultScope
from torch import nn

from res2net_mm.errors import UserError

from .places import type_name

SIZE = 128  # px, a multiple of every stride in use


@dataclass(frozen=True)
class Pyramid:
    """The feature maps of a backbone, from fine to coarse.

    Attributes:
        channels: Channels of each.
        sizes: Height and width of each for an image of SIZE x SIZE px.
    """

    channels: tuple[int, ...]
    sizes: tuple[tuple[int, int], ...]

    @property
    def strides(self) -> tuple[int, ...]:
        """Pixels of the image per cell of each feature map."""
        return tuple(round(SIZE / height) for height, _ in self.sizes)

    def __str__(self) -> str:
        return ', '.join(
            f'{c} channels at stride {s}' for c, s in zip(self.channels, self.strides, strict=True)
        )


def measure(settings: Mapping, scope: str) -> Pyramid:
    """Build a backbone with random weights and measure what it gives for a small image.

    Raises:
        UserError: It cannot be built or run, or gives no feature maps.
    """
    try:
        backbone = build(settings, scope)
        with torch.no_grad():
            maps = backbone(torch.zeros(1, settings.get('in_channels', 3), SIZE, SIZE))
    except Exception as error:  # whatever the module raises is the reason
        raise UserError(f'{type_name(settings)} does not run: {error}') from error
    maps = (maps,) if isinstance(maps, torch.Tensor) else tuple(maps)
    if not all(isinstance(x, torch.Tensor) and x.ndim == 4 for x in maps):
        raise UserError(f'{type_name(settings)} gives no feature maps (N, C, H, W)')
    return Pyramid(tuple(x.shape[1] for x in maps), tuple(tuple(x.shape[2:]) for x in maps))


def build(settings: Mapping, scope: str) -> nn.Module:
    """Build a module from its settings, with random weights and in evaluation mode."""
    with DefaultScope.overwrite_default_scope(scope):
        module = MODELS.build(settings)
    module.eval()  # which returns None in some of MMDetection's
    return module


def class_of(settings: Mapping, scope: str) -> type:
    """Return the class that settings build.

    Raises:
        UserError: Its type is not registered, or what registers it is not installed.
    """
    kind = settings.get('type')
    if isinstance(kind, type):
        return kind
    with MODELS.switch_scope_and_registry(scope) as registry:
        found = registry.get(kind)
    if found is None:
        raise UserError(f'type {kind!r} is not registered: is its package installed and imported?')
    return found
