"""Fit everything that reads a backbone to its channels.

Maps flow from the backbone through one neck after another to the heads. At each of them the module
is built and run with its old and its new settings, so that the channels are measured, not assumed.
Behind a module that gives the same channels as before nothing has to change.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from res2net_mm.errors import UserError
from res2net_mm.openmmlab.edit import Path, class_of, type_name, walk_paths

from .adaptation import defaults_of
from .change import Change, apply
from .places import ENCODER
from .pyramid import Maps, Settings, pass_through

WHY = 'the channels it reads'
# Settings of a model that read no maps.
NO_READERS = (
    'backbone',
    'neck',
    ENCODER,
    'prototype',
    'data_preprocessor',
    'train_cfg',
    'test_cfg',
    'init_cfg',
)


def follow(
    model: Settings, path: Path, maps: Maps, scope: str, *, shared_head: Change | None = None
) -> Iterator[Change]:
    """Yield the changes of everything that reads ``maps``, those of the backbone of a model.

    ``path`` is that of the model in its config, ``scope`` the toolbox that builds the modules,
    ``shared_head`` the change of the shared head, if the model has one.
    """
    encoder = model.get(ENCODER)
    behind = encoder[1:] if isinstance(encoder, list | tuple) else ()
    necks = [((*path, ENCODER, i), settings) for i, settings in enumerate(behind, start=1)]
    for at, settings in (*_parts(model.get('neck'), (*path, 'neck')), *necks):
        if maps.same_channels:
            break
        changes = list(_input_changes(settings, at, maps, scope))
        yield from changes
        maps = pass_through(settings, apply(settings, changes, path=at), maps, scope)
    if maps.same_channels:
        return
    for key, value in model.items():
        for at, settings in _parts(value, (*path, key)):
            if key == 'roi_head':
                yield from _region_changes(settings, at, maps, scope, shared_head)
            elif key not in NO_READERS:
                yield from _input_changes(settings, at, maps, scope)


def outer_changes(settings: Settings, path: Path, maps: Maps) -> Iterator[Change]:
    """Yield the changes of a backbone that is built around another one, which gives ``maps``.

    Raises UserError where it is not known which of its settings count channels.
    """
    if maps.same_channels:
        return
    kind = type_name(settings)
    if kind == 'ICNet':
        _, stride8, _, stride32 = maps.after.channels
        new: dict[str, Any] = dict(layer_channels=(stride8, stride32))
    elif kind == 'BiSeNetV1':
        _, _, stride16, stride32 = maps.after.channels
        # The context path and the spatial path together have the channels of stride 16.
        half = stride16 // 2
        spatial = (*settings.get('spatial_channels', (64, 64, 64, 128))[:-1], half)
        new = dict(context_channels=(half, stride16, stride32), spatial_channels=spatial)
    else:
        raise UserError(
            f'{kind} is built around its backbone, and it is not known which of its settings '
            f'follow the channels, which were {maps.before.channels} and are {maps.after.channels}'
        )
    for key, value in new.items():
        yield Change((*path, key), value, WHY, settings.get(key))


def _region_changes(
    settings: Settings, path: Path, maps: Maps, scope: str, shared_head: Change | None
) -> Iterator[Change]:
    """Yield the changes of what reads regions cut from the maps."""
    for key, value in settings.items():
        if key.endswith('roi_extractor'):
            for at, part in _parts(value, (*path, key)):
                old = part.get('out_channels')
                new = _selected(old, None, maps, by_value=True)
                if new != old:
                    yield Change((*at, 'out_channels'), new, WHY, old)
    if shared_head:
        maps = pass_through(shared_head.old, shared_head.value, maps, scope, one=True)
    for key, value in settings.items():
        if key.endswith('head') and key != 'shared_head':
            for at, part in _parts(value, (*path, key)):
                yield from _input_changes(part, at, maps, scope)


def _input_changes(settings: Settings, path: Path, maps: Maps, scope: str) -> Iterator[Change]:
    """Yield the changes to a module's ``in_channels``, and to those of modules inside it.

    A module inside another one reads the backbone only if its settings have ``in_index`` or the
    whole list of channels. DeepLabV3+ has ``c1_in_channels`` beside ``in_channels``.
    """
    for at, part in walk_paths(settings, path, skip=_counts_inputs):
        for key, value in part.items():
            if _counts_inputs(key):
                index = _in_index(part, scope) if key == 'in_channels' else None
                reads = at == path or str(at[-1]).endswith('head_cfg')  # InterHand3D's three heads
                new = _selected(value, index, maps, by_value=reads)
                if new != value:
                    yield Change((*at, key), new, WHY, value)


def _counts_inputs(key: object) -> bool:
    return str(key).endswith('in_channels')


def _selected(value: Any, index: Any, maps: Maps, *, by_value: bool) -> Any:
    """Return the new value of a setting that counts channels, or its old one if it reads no map.

    ``index`` holds the indices of the maps that are read, if they are known; with ``by_value`` the
    number of channels tells which map is read.
    """
    before, after = maps.before.channels, maps.after.channels
    by_channels = dict(zip(before, after, strict=True))
    if isinstance(value, list | tuple):
        indices = index if isinstance(index, list | tuple) else range(len(before))
        if list(value) == [before[i] for i in indices]:
            return type(value)(after[i] for i in indices)
        if by_value and all(channels in by_channels for channels in value):
            return type(value)(by_channels[channels] for channels in value)
        return value
    if isinstance(index, int):
        read = -len(before) <= index < len(before) and before[index] == value
        return after[index] if read else value
    return by_channels.get(value, value) if by_value else value


def _in_index(settings: Settings, scope: str) -> int | Sequence[int] | None:
    """Return the indices of the maps a module reads, from its settings or its class's default."""
    if 'in_index' in settings or 'type' not in settings:
        return settings.get('in_index')
    try:
        return defaults_of(class_of(settings, scope)).get('in_index')
    except UserError:  # not a module
        return None


def _parts(value: Any, path: Path) -> Iterator[tuple[Path, Settings]]:
    """Yield the path and settings of a module, or of each module in a list."""
    if isinstance(value, Mapping):
        yield path, value
    elif isinstance(value, list | tuple):
        for i, part in enumerate(value):
            if isinstance(part, Mapping):
                yield (*path, i), part
