"""One change to a config: which key, its new value, and why."""

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mmengine.config import Config

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Change:
    """Set one key of a config.

    Attributes:
        path: Keys and list indices from the top, ``('model', 'neck', 0, 'in_channels')``.
        value: The new value; a dict takes the place of the old one whole.
        why: The reason, in a few words.
        old: The value before, None where there was none.
    """

    path: Path
    value: Any
    why: str
    old: Any = None

    def __str__(self) -> str:
        old, new = (_brief(value) for value in (self.old, self.value))
        return f'{dotted(self.path)}: {old} -> {new} ({self.why})'


def dotted(path: Path) -> str:
    """Return a path as it is written in Python, ``model.neck[0].in_channels``."""
    parts = (f'[{key}]' if isinstance(key, int) else f'.{key}' for key in path)
    return ''.join(parts).removeprefix('.')


def look_up(cfg: Config | Mapping | Sequence, path: Path, default: Any = None) -> Any:
    """Return what lies at a path, or the default where nothing does."""
    for key in path:
        if isinstance(cfg, Mapping | Config):
            if key not in cfg:
                return default
        elif not (isinstance(cfg, list | tuple) and isinstance(key, int) and key < len(cfg)):
            return default
        cfg = cfg[key]
    return cfg


def apply(cfg: Config, changes: Iterable[Change]) -> Config:
    """Return a copy of the config with the changes made."""
    new = copy.deepcopy(cfg)
    for change in changes:
        _set(new, change.path, change.value)
    return new


def change_settings(settings: Mapping, path: Path, changes: Iterable[Change]) -> Mapping:
    """Return a copy of what lies at a path of a config, with the changes inside it made."""
    new = copy.deepcopy(settings)
    for change in changes:
        if change.path[: len(path)] == path:
            _set(new, change.path[len(path) :], change.value)
    return new


def _set(node: Any, path: Path, value: Any) -> None:
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = copy.deepcopy(value)


def _brief(value: Any) -> str:
    if isinstance(value, Mapping):
        kind = value.get('type', 'dict')
        return kind if isinstance(kind, str) else kind.__name__
    return repr(value)
