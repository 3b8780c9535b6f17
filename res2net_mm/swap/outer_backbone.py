"""Backbones built around another one: what of theirs reads the inner backbone's maps."""

from collections.abc import Iterator, Mapping

from res2net_mm.errors import UserError

from .change import Change, Path
from .places import type_name
from .pyramid import Maps

WHY = 'the channels it reads'


def outer_changes(settings: Mapping, path: Path, maps: Maps) -> Iterator[Change]:
    """Yield the changes of an outer backbone's settings.

    Args:
        settings: Its settings.
        path: Where they are.
        maps: What the inner backbone gave and gives.

    Raises:
        UserError: It is not known what the outer backbone reads.
    """
    if maps.same_channels:
        return
    kind = type_name(settings)
    if kind == 'ICNet':
        _, stride8, _, stride32 = maps.after.channels
        yield _change(settings, path, 'layer_channels', (stride8, stride32))
    elif kind == 'BiSeNetV1':
        _, _, stride16, stride32 = maps.after.channels
        # Its context path narrows to what, joined by the spatial path, is as wide as stride 16.
        half = stride16 // 2
        yield _change(settings, path, 'context_channels', (half, stride16, stride32))
        spatial = (*settings.get('spatial_channels', (64, 64, 64, 128))[:-1], half)
        yield _change(settings, path, 'spatial_channels', spatial)
    else:
        raise UserError(
            f'{kind} is built around its backbone, and it is not known which of its settings '
            f'follow the channels, which were {maps.before.channels} and are {maps.after.channels}'
        )


def _change(settings: Mapping, path: Path, key: str, value: tuple[int, ...]) -> Change:
    return Change((*path, key), value, WHY, settings.get(key))
