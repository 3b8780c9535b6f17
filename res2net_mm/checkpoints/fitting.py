"""Compare a checkpoint's tensors with those of a backbone; refuse what does not fit and say why."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from res2net_mm.errors import UserError
from res2net_mm.presets import PRESETS

from .backbone_tensors import is_dla, some

Tensors = Mapping[str, Tensor]
_OF_STEM = {'7x7': 'v1 weights', 'deep': 'v1b weights', '3x3': 'weights for small images (CIFAR)'}
_WITH = {True: 'with', False: 'without'}
# Tensors that a checkpoint may lack, and those it may hold in excess: kind, pattern of the names.
_MAY_LACK = (
    ('num_batches_tracked', re.compile(r'\.num_batches_tracked$')),
    ('DCN offsets', re.compile(r'\.conv_offset\.')),
    ('plugins', re.compile(r'\.plugins\.')),
    ('extra norm', re.compile(r'^extra_norm\.')),  # of a shared head
)
_MAY_GO_UNUSED = (
    ('classifier', re.compile(r'^(fc|head\.fc)\.')),
    # Projections of inner trees, which the official DLA files hold and its code does not use.
    ('idle DLA projections', re.compile(r'^level\d\.(tree\d\.)*project\.')),
    ('num_batches_tracked', re.compile(r'\.num_batches_tracked$')),
)


@dataclass(frozen=True)
class Fit:
    """The tensors that fit a network by name and shape, and those that do not."""

    fitting: dict[str, Tensor]
    lacking: dict[str, int]  # kind -> number of tensors that are missing and may be
    unused: dict[str, int]  # kind -> number of tensors that are in excess and may be
    missing: list[str]  # names of other missing tensors
    unexpected: list[str]  # names of other tensors in excess
    misshapen: list[str]  # names of tensors of another shape, with both shapes


def fit(
    state: Mapping[str, Tensor], needed: Mapping[str, Tensor], source: str, *, partial: bool
) -> Fit:
    """Compare tensors under official names with those of a backbone.

    Unless ``partial``, a UserError with the likely cause is raised if not all fit.
    """
    lacking: Counter[str] = Counter()
    unused: Counter[str] = Counter()
    fitting, missing, unexpected, misshapen = {}, [], [], []
    for name, own in needed.items():
        if name not in state:
            kind = _kind(name, _MAY_LACK)
            if kind:
                lacking[kind] += 1
            else:
                missing.append(name)
        elif state[name].shape != own.shape:
            misshapen.append(f'{name} {_shape(state[name])} instead of {_shape(own)}')
        else:
            fitting[name] = state[name]
    stages = {name.split('.')[0] for name in needed}
    for name in state:
        if name in needed:
            continue
        first = name.split('.')[0]
        kind = _kind(name, _MAY_GO_UNUSED)
        if re.fullmatch(r'layer\d|conv1|bn1', first) and first not in stages:
            kind = f'{first}, which is not built'
        if kind:
            unused[kind] += 1
        else:
            unexpected.append(name)
    faults = {'missing': missing, 'unexpected': unexpected, 'of another shape': misshapen}
    if any(faults.values()) and not partial:
        named = '; '.join(f'{fault}: {some(names, 3)}' for fault, names in faults.items() if names)
        raise UserError(
            f'{source} does not fit the backbone: {likely_cause(state, needed)}. {named}. '
            'To load only what fits, ask for it: load_weights(..., partial=True)'
        )
    return Fit(fitting, dict(lacking), dict(unused), missing, unexpected, misshapen)


def _kind(name: str, kinds: tuple[tuple[str, re.Pattern[str]], ...]) -> str | None:
    return next((kind for kind, pattern in kinds if pattern.search(name)), None)


def _shape(tensor: Tensor) -> str:
    return 'x'.join(map(str, tensor.shape)) or 'scalar'


@dataclass(frozen=True)
class Structure:
    """The structure of a network, as its tensors show it; None for what they do not show."""

    dla: bool
    stem: str | None  # '7x7', 'deep' or '3x3'
    image_channels: int | None
    depth: int | None
    width: int | None  # channels of a split in the first stage
    scales: int | None
    groups: int | None
    avg_down: bool
    se: bool


def structure(tensors: Tensors) -> Structure:
    """Return the structure of the network with these tensors (official names)."""
    dla = is_dla(tensors)
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
    stages = {_stage(name) for name in weights} & {_stage(name) for name in network} | {''}
    # A network may have fewer stages.
    have, want = (
        structure({name: tensor for name, tensor in tensors.items() if _stage(name) in stages})
        for tensors in (weights, network)
    )
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
        ('conv1.0.weight', 'deep'), ('base_layer.0.weight', None), ('conv1.weight', '{0}x{0}'),
    ):  # fmt: skip
        if name in tensors and tensors[name].ndim == 4:
            _, channels, *_, kernel = tensors[name].shape
            return kind and kind.format(kernel), channels
    return None, None


def _stage(name: str) -> str:
    """Return the stage of a tensor, ``layer1.``; an empty string outside any."""
    found = re.match(r'layer\d+\.', name)
    return found[0] if found else ''
