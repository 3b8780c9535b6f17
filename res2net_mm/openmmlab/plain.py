"""Settings as a config file writes them: plain containers, and classes by name."""

from collections.abc import Mapping
from typing import Any

from mmengine.registry import MODELS


def plain(value: Any) -> Any:
    """Return settings with plain dicts, classes by their names, and without MMEngine's scopes.

    A new-style config holds classes (``type=BatchNorm2d``) where others hold registered names
    (``type='BN'``); what is written has the names, which both styles understand.
    """
    if isinstance(value, Mapping):
        return {key: plain(part) for key, part in value.items() if key != '_scope_'}
    if isinstance(value, list):
        return [plain(part) for part in value]
    if isinstance(value, tuple):
        return tuple(plain(part) for part in value)
    return registered_name(value) if isinstance(value, type) else value


def registered_name(kind: type) -> str:
    """Return the name a class is registered under, else its full name, which builds it too."""
    names = (name for name, found in MODELS.module_dict.items() if found is kind)
    return next(names, f'{kind.__module__}.{kind.__name__}')
