"""Explain why weights do not fit: describe the checkpoint and the network."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from res2net_mm.presets import PRESETS

Tensors = Mapping[str, Tensor]
_OF_STEM = {'7x7': 'v1 weights', 'deep': 'v1b weights', '3x3': 'weights for small images (CIFAR)'}
_WITH = {True: 'with', False: 'without'}


@dataclass(frozen=True)
class Structure:
    """The structure of a network, as its tensors show it; None for what they do not show.

    Attributes:
        stem: '7x7', 'deep' or '3x3'.
        width: The channels of a split in the first stage.
    """

    dla: bool
    stem: str | None
    image_channels: int | None
    depth: int | None
    width: int | None
    scales: int | None
    groups: int | None
    avg_down: bool
    se: bool


def structure(tensors: Tensors) -> Structure:
    """Return the structure of the network with these tensors (official names)."""
    dla = any(name.startswith('level2.') for name in tensors)
    first = 'level2.tree1' if dla else 'layer1.0'
    blocks = {m[0] for name in tensors if (m := re.match(r'layer\d+\.\d+\.', name))}
    convs = [
        w
        for name, w in tensors.items()
        if re.fullmatch(rf'{first}\.convs\.\d+\.weight', name) and w.ndim == 4 and w.numel()
    ]
    width, group_width = convs[0].shape[:2] if convs else (None, None)
    stem, image_channels = _stem(tensors)
    return Structure(
        dla=dla,
        stem=stem,
        image_channels=image_channels,
        depth=3 * len(blocks) + 2 if blocks else None,
        width=width,
        scales=len(convs) + 1 if convs else None,
        groups=width // group_width if width and group_width else None,
        avg_down=f'{first}.downsample.2.weight' in tensors,
        se=any('.se.' in name for name in tensors),
    )


def likely_cause(weights: Tensors, network: Tensors) -> str:
    """Return the most likely reason why weights do not fit a network, as a clause."""
    stages = _stages(weights) & _stages(network)  # a network may have fewer stages
    have, want = structure(_only(weights, stages)), structure(_only(network, stages))
    difference = _difference(have, want)
    if difference is None:
        lacks = network.keys() - weights.keys()
        return 'the file is incomplete' if lacks else 'the file holds more than this network has'
    preset = _preset_of(structure(weights))
    return f'{difference}; use preset {preset}' if preset else difference


def _difference(have: Structure, want: Structure) -> str | None:
    """Return the most important difference between two structures, None if they are equal."""
    if have.dla != want.dla:
        return 'these are DLA weights' if have.dla else 'these are not DLA weights'
    if want.stem and not have.stem:
        return 'the stem is missing from the file'
    if have.stem and have.stem != want.stem:
        return f'these are {_OF_STEM[have.stem]}: the {have.stem} stem is missing'
    for number, clause in (
        ('depth', 'these are {}-layer weights, the network has {} layers'),
        ('scales', 'these are weights of {} scales, the network has {}'),
        ('groups', 'these are weights of {} groups, the network has {}'),
        ('width', 'these are weights whose splits begin with {} channels, the network has {}'),
        ('image_channels', 'these are weights for images of {} channels, the network takes {}'),
    ):
        theirs, ours = getattr(have, number), getattr(want, number)
        if theirs and ours and theirs != ours:
            return clause.format(theirs, ours)
    if have.avg_down != want.avg_down:
        return f'these are weights {_WITH[have.avg_down]} average-pooled shortcuts (avg_down)'
    if have.se != want.se:
        return f'these are weights {_WITH[have.se]} squeeze-and-excitation (se)'
    return None


def _preset_of(have: Structure) -> str | None:
    """Return the name of the first preset with this structure, if there is one."""
    for preset in PRESETS.values():
        numbers: dict[str, Any] = dict(preset.arguments)
        dla = preset.backbone == 'Res2NetDLA'
        groups = numbers.get('groups', 1)
        layers = numbers.get('depth') or 3 * sum(numbers.get('stage_blocks', ())) + 2
        its = Structure(
            dla=dla,
            stem=None if dla else numbers.get('stem', '7x7'),
            image_channels=have.image_channels,
            depth=None if dla else layers,
            width=numbers.get('base_channels', 64) * numbers['base_width'] // 64 * groups,
            scales=numbers['scales'],
            groups=groups,
            avg_down=numbers.get('avg_down', False),
            se='se' in numbers,
        )
        if its == have:
            return preset.name
    return None


def _stem(tensors: Tensors) -> tuple[str | None, int | None]:
    """Return the kind of the stem (None for DLA's) and the number of its input channels."""
    for name, kind in (
        ('conv1.0.weight', 'deep'),
        ('base_layer.0.weight', None),
        ('conv1.weight', ''),
    ):
        if name in tensors and tensors[name].ndim == 4:
            kernel = tensors[name].shape[-1]
            return (f'{kernel}x{kernel}' if kind == '' else kind), tensors[name].shape[1]
    return None, None


def _stages(tensors: Tensors) -> set[str]:
    return {m[0] for name in tensors if (m := re.match(r'layer\d+\.', name))}


def _only(tensors: Tensors, stages: set[str]) -> Tensors:
    """Return the tensors of some stages and those outside any stage."""
    return {
        name: tensor
        for name, tensor in tensors.items()
        if not (m := re.match(r'layer\d+\.', name)) or m[0] in stages
    }
