"""One change to a config: which key, its new value, and why."""

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mmengine.config import Config

from res2net_mm.openmmlab.edit import Path, dotted


@dataclass(frozen=True)
class Change:
    """Set one key of a config.

    Attributes:
        path: Keys and list indices from the top, ``('model', 'neck', 0, 'in_channels')``.
        value: The new value; a dict replaces the old one as a whole.
        why: The reason, in a few words.
        old: The value before, None if there was none.
    """

    path: Path
    value: Any
    why: str
    old: Any = None

    def __str__(self) -> str:
        old, new = (_brief(value) for value in (self.old, self.value))
        return f'{dotted(self.path)}: {old} -> {new} ({self.why})'


def apply(cfg: Config, changes: Iterable[Change]) -> Config:
    """Return a copy of the config with the changes made."""
    new = copy.deepcopy(cfg)
    for change in changes:
        _set(new, change.path, change.value)
    return new


def change_settings(
    settings: Mapping[str, Any], path: Path, changes: Iterable[Change]
) -> Mapping[str, Any]:
    """Return a copy of the settings at a path of a config, with the changes inside them made."""
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
        return str(kind if isinstance(kind, str) else kind.__name__)
    return repr(value)
