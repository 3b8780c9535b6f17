"""What an exported file says of itself."""

from collections.abc import Mapping

import torch

from res2net_mm.version import __version__

from ..models.exportable_base import Exportable

KEY = 'res2net_mm'  # under it, one JSON object


def describe(module: Exportable, *, open_in: str, facts: Mapping) -> dict:
    """Return the metadata.

    Args:
        module: What was exported.
        open_in: What of the shape of its input is open.
        facts: What else is known, such as ``model``, ``classes`` and ``resize``.
    """
    return dict(
        facts,
        task=module.task,
        outputs=list(module.outputs),
        **module.described(),
        open_in=open_in,
        written_by=f'res2net_mm {__version__}, torch {torch.__version__}',
    )
