"""Build a published network by name."""

from typing import Any

from res2net_mm.presets import find
from res2net_mm.registry import MODELS

from .base import Res2NetBackbone


def build(name: str, **overrides: Any) -> Res2NetBackbone:
    """Build the backbone of a preset.

    Args:
        name: Name or alias of a preset (``res2net_mm.list_presets()``).
        **overrides: Arguments of the backbone that win over the preset's.

    Returns:
        The backbone, not yet initialised: call ``init_weights()`` or
        ``res2net_mm.load_weights(backbone, 'res2net://<preset>')``.

    Raises:
        UserError: The preset is unknown or an argument does not fit.
    """
    return MODELS.get(find(name).backbone)(name, **overrides)
