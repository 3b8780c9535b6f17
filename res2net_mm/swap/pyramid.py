"""Measure the channels and sizes of the maps that backbones, necks and shared heads give."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from mmengine.registry import MODELS, DefaultScope
from torch import Tensor, nn

from res2net_mm.errors import UserError, brief
from res2net_mm.openmmlab.edit import type_name

Settings = Mapping[str, Any]
SIZE = 128  # height and width of the image, px: a multiple of every stride in use
_MEASURED: dict[tuple[Any, ...], 'Pyramid'] = {}


@dataclass(frozen=True)
class Pyramid:
    """Feature maps, in the order in which a module gives them."""

    channels: tuple[int, ...]
    # Height and width for an image of SIZE x SIZE px; none of a vector, as pooling gives it.
    sizes: tuple[tuple[int, ...], ...]

    @property
    def strides(self) -> tuple[int, ...]:
        """Return the pixels of the image per cell of each map."""
        return tuple(round(SIZE / size[0]) if size else SIZE for size in self.sizes)

    def __str__(self) -> str:
        maps = zip(self.channels, self.strides, strict=True)
        return ', '.join(f'{channels} channels at stride {stride}' for channels, stride in maps)


@dataclass(frozen=True)
class Maps:
    """The same maps of a model before and after a swap."""

    before: Pyramid
    after: Pyramid

    @property
    def same_channels(self) -> bool:
        """Return whether what reads the maps can stay as it is."""
        return self.before.channels == self.after.channels


def measure(
    settings: Settings, scope: str, inputs: Pyramid | None = None, *, one: bool = False
) -> Pyramid:
    """Build a module with random weights, run it and return the maps it gives.

    Results are kept for the process. ``inputs`` are the maps it reads, None for an image; with
    ``one`` it reads the first map only, as a shared head does.

    Raises:
        UserError: The module cannot be built or run, or gives no feature maps.
    """
    key = (repr(settings), scope, inputs, one)
    if key in _MEASURED:
        return _MEASURED[key]
    try:
        module = build(settings, scope)
        x: Any
        if inputs is None:
            x = torch.zeros(1, settings.get('in_channels', 3), SIZE, SIZE)
        else:
            read = zip(inputs.channels, inputs.sizes, strict=True)
            x = tuple(torch.zeros(1, channels, *size) for channels, size in read)
        with torch.no_grad():
            maps = module(x[0] if one else x)
    except Exception as error:  # whatever the module raises is the reason
        raise UserError(
            f'{type_name(settings) or dict(settings)} does not run: {brief(error)}'
        ) from error
    if isinstance(maps, Tensor):
        if inputs is None:  # a backbone, whose own head takes no tuple
            raise UserError(
                f'{type_name(settings)} gives one tensor when it predicts, and only the head that '
                'was made for it reads that; a Res2Net gives a tuple of maps'
            )
        maps = (maps,)
    maps = tuple(maps)
    dimensions = (4,) if inputs is None else (2, 4)
    if not all(isinstance(x, Tensor) and x.ndim in dimensions for x in maps):
        raise UserError(f'{type_name(settings)} gives no feature maps (N, C, H, W)')
    sizes = tuple(tuple(x.shape[2:]) for x in maps)
    return _MEASURED.setdefault(key, Pyramid(tuple(x.shape[1] for x in maps), sizes))


def pass_through(
    before: Settings, after: Settings, maps: Maps, scope: str, *, one: bool = False
) -> Maps:
    """Return the maps that a module gives with its old and with its new settings."""
    return Maps(
        measure(before, scope, maps.before, one=one), measure(after, scope, maps.after, one=one)
    )


def build(settings: Settings, scope: str) -> nn.Module:
    """Build a module from its settings, with random weights and in evaluation mode."""
    with DefaultScope.overwrite_default_scope(scope):
        module: nn.Module = MODELS.build(copy.deepcopy(settings))  # ResNet changes its dcn
    module.eval()  # which returns None in some of MMDetection's
    return module
