"""One change to a config: which key, its new value, and why."""

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from res2net_mm.openmmlab.edit import Path, dotted

Settings = TypeVar('Settings', bound=Any)


@dataclass(frozen=True)
class Change:
    """Set one key of a config; ``str()`` tells it in a line."""

    path: Path  # from the top, ('model', 'neck', 0, 'in_channels')
    value: Any  # a dict replaces the old one as a whole
    why: str
    old: Any = None

    def __str__(self) -> str:
        old, new = (_brief(value) for value in (self.old, self.value))
        return f'{dotted(self.path)}: {old} -> {new} ({self.why})'


def apply(settings: Settings, changes: Iterable[Change], *, path: Path = ()) -> Settings:
    """Return a copy of a config, or of the settings at a path of it, with the changes inside."""
    new = copy.deepcopy(settings)
    for change in changes:
        if change.path[: len(path)] == path:
            *above, key = change.path[len(path) :]
            node: Any = new
            for step in above:
                node = node[step]
            node[key] = copy.deepcopy(change.value)
    return new


def _brief(value: Any) -> str:
    if isinstance(value, Mapping):
        kind = value.get('type', 'dict')
        return str(kind if isinstance(kind, str) else kind.__name__)
    return repr(value)
