"""What backbones, necks and shared heads give: channels and sizes, measured by running them."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from mmengine.registry import MODELS, DefaultScope
from torch import Tensor, nn

from res2net_mm.errors import UserError, brief

from .places import type_name

SIZE = 128  # px of the image, a multiple of every stride in use
_MEASURED: dict[tuple, 'Pyramid'] = {}


@dataclass(frozen=True)
class Pyramid:
    """Feature maps, in the order a module gives them.

    Attributes:
        channels: Channels of each.
        sizes: Height and width of each, for an image of SIZE x SIZE px.
    """

    channels: tuple[int, ...]
    sizes: tuple[tuple[int, int], ...]

    @property
    def strides(self) -> tuple[int, ...]:
        """Pixels of the image per cell of each map."""
        return tuple(round(SIZE / height) for height, _ in self.sizes)

    def __str__(self) -> str:
        maps = zip(self.channels, self.strides, strict=True)
        return ', '.join(f'{channels} channels at stride {stride}' for channels, stride in maps)


@dataclass(frozen=True)
class Maps:
    """The same maps of a model as they were before a swap, and as they are after it."""

    before: Pyramid
    after: Pyramid

    @property
    def same_channels(self) -> bool:
        """Whether what reads the maps can stay as it is."""
        return self.before.channels == self.after.channels


def measure(
    settings: Mapping, scope: str, inputs: Pyramid | None = None, *, one: bool = False
) -> Pyramid:
    """Build a module with random weights, run it and measure what it gives.

    What has been measured in this process is not run again: a zoo has few backbones.

    Args:
        settings: Its settings.
        scope: The toolbox that builds it.
        inputs: The maps it reads; None for an image.
        one: Whether it reads the first map alone, as a shared head does.

    Raises:
        UserError: It cannot be built or run, or gives no feature maps.
    """
    key = (repr(settings), scope, inputs, one)
    if key not in _MEASURED:
        _MEASURED[key] = _measure(settings, scope, inputs, one)
    return _MEASURED[key]


def _measure(settings: Mapping, scope: str, inputs: Pyramid | None, one: bool) -> Pyramid:
    try:
        module = build(settings, scope)
        with torch.no_grad():
            maps = module(_zeros(settings, inputs)[0] if one else _zeros(settings, inputs))
    except Exception as error:  # whatever the module raises is the reason
        raise UserError(
            f'{type_name(settings) or dict(settings)} does not run: {brief(error)}'
        ) from error
    if isinstance(maps, Tensor):
        if inputs is None:  # a backbone: its head, made for it, would not take a tuple
            raise UserError(
                f'{type_name(settings)} gives one tensor when it predicts, and only the head that '
                'was made for it reads that; a Res2Net gives a tuple of maps'
            )
        maps = (maps,)
    maps = tuple(maps)
    if not all(isinstance(x, Tensor) and x.ndim == 4 for x in maps):
        raise UserError(f'{type_name(settings)} gives no feature maps (N, C, H, W)')
    return Pyramid(tuple(x.shape[1] for x in maps), tuple((*x.shape[2:],) for x in maps))


def pass_through(
    before: Mapping, after: Mapping, maps: Maps, scope: str, *, one: bool = False
) -> Maps:
    """Return what a module gives for the maps, with its old settings and with its new ones."""
    return Maps(
        measure(before, scope, maps.before, one=one), measure(after, scope, maps.after, one=one)
    )


def build(settings: Mapping, scope: str) -> nn.Module:
    """Build a module from its settings, with random weights and in evaluation mode."""
    with DefaultScope.overwrite_default_scope(scope):
        module = MODELS.build(copy.deepcopy(settings))  # ResNet takes keys out of its dcn
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


def _zeros(settings: Mapping, inputs: Pyramid | None) -> Tensor | tuple[Tensor, ...]:
    if inputs is None:
        return torch.zeros(1, settings.get('in_channels', 3), SIZE, SIZE)
    maps = zip(inputs.channels, inputs.sizes, strict=True)
    return tuple(torch.zeros(1, channels, *size) for channels, size in maps)
