"""Let everything that reads a backbone follow its channels.

Maps flow from the backbone through the neck, or one neck after another, to the heads. At each hop
the modules are built and run, before and after, so that the channels are those they really give;
where they come out as they were, nothing further down has to change.
"""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from res2net_mm.errors import UserError

from .change import Change, Path, change_settings
from .pyramid import Maps, class_of, pass_through

# Settings of a model that read no maps.
NO_READERS = ('backbone', 'neck', 'data_preprocessor', 'train_cfg', 'test_cfg', 'init_cfg')


def follow(
    holder: Mapping, path: Path, maps: Maps, scope: str, *, shared_head: Change | None = None
) -> Iterator[Change]:
    """Yield the changes of all that reads the maps of a model's backbone.

    Args:
        holder: Settings of the model.
        path: Where they are.
        maps: What the backbone gave and gives.
        scope: The toolbox that builds the modules.
        shared_head: The change of the head that the model's regions share, where it has one.
    """
    for at, settings in _parts(holder.get('neck'), (*path, 'neck')):
        if maps.same_channels:
            break
        changes = list(_input_changes(settings, at, maps, scope))
        yield from changes
        maps = pass_through(settings, change_settings(settings, at, changes), maps, scope)
    if maps.same_channels:
        return
    for key, value in holder.items():
        for at, settings in _parts(value, (*path, key)):
            if key == 'roi_head':
                yield from _region_changes(settings, at, maps, scope, shared_head)
            elif key not in NO_READERS:
                yield from _input_changes(settings, at, maps, scope)


def _region_changes(
    settings: Mapping, path: Path, maps: Maps, scope: str, shared_head: Change | None
) -> Iterator[Change]:
    """Yield the changes of what reads regions cut from the maps."""
    for key, value in settings.items():
        if key.endswith('roi_extractor'):
            for at, part in _parts(value, (*path, key)):
                old = part.get('out_channels')
                new = _selected(old, None, maps, by_value=True)
                if new != old:
                    yield Change((*at, 'out_channels'), new, 'the channels it reads', old)
    if shared_head:
        maps = pass_through(shared_head.old, shared_head.value, maps, scope, one=True)
    for key, value in settings.items():
        if key.endswith('head') and key != 'shared_head':
            for at, part in _parts(value, (*path, key)):
                yield from _input_changes(part, at, maps, scope)


def _input_changes(
    settings: Mapping, path: Path, maps: Maps, scope: str, *, inner: bool = False
) -> Iterator[Change]:
    """Yield the changes to a module's ``in_channels``, and to those of modules inside it.

    A module inside another one reads the backbone only if its settings say so: by ``in_index`` or
    by the whole list of channels. DeepLabV3+ has ``c1_in_channels`` beside ``in_channels``.
    """
    for key, value in settings.items():
        if str(key).endswith('in_channels'):
            index = _in_index(settings, scope) if key == 'in_channels' else None
            new = _selected(value, index, maps, by_value=not inner)
            if new != value:
                yield Change((*path, key), new, 'the channels it reads', value)
        else:
            for at, part in _parts(value, (*path, key)):
                yield from _input_changes(part, at, maps, scope, inner=True)


def _selected(value: Any, index: Any, maps: Maps, *, by_value: bool) -> Any:
    """Return the channels a setting has to name now; its value where it reads none of the maps.

    Args:
        value: What it names, one number or several.
        index: Which maps it reads, where that is known.
        maps: The maps as they were and are.
        by_value: Whether a number alone tells which map is read.
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


def _in_index(settings: Mapping, scope: str) -> int | Sequence[int] | None:
    """Return which maps a module says it reads, in its settings or by its class's default."""
    if 'in_index' in settings or 'type' not in settings:
        return settings.get('in_index')
    try:
        bases = class_of(settings, scope).__mro__
    except UserError:  # not a module
        return None
    for base in bases:
        parameter = inspect.signature(base.__init__).parameters.get('in_index')
        if parameter is not None:
            return parameter.default
    return None


def _parts(value: Any, path: Path) -> Iterator[tuple[Path, Mapping]]:
    """Yield path and settings of a module, or of each in a list of them."""
    if isinstance(value, Mapping):
        yield path, value
    elif isinstance(value, list | tuple):
        for i, part in enumerate(value):
            if isinstance(part, Mapping):
                yield (*path, i), part
