"""An opened exported file, and the metadata that it holds."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from res2net_mm.version import __version__

from ..models.exportable import Exportable

KEY = 'res2net_mm'  # a file's metadata is one JSON object under this key


class Exported:
    """An opened exported file.

    Attributes:
        metadata: The metadata that it holds, see :func:`describe`.
        outputs: Names of the outputs.
    """

    metadata: Mapping[str, Any]
    outputs: Sequence[str]

    def __call__(self, image: np.ndarray) -> dict[str, np.ndarray]:
        """(N, 3, H, W), float32 -> the outputs by name."""
        raise NotImplementedError


def describe(module: Exportable, *, open_in: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the metadata of an exported file.

    Args:
        module: The network that was exported.
        open_in: The dimensions of the input that are not fixed, in words.
        facts: Further entries, such as ``model``, ``classes`` and ``resize``.
    """
    return dict(
        facts,
        task=module.task,
        outputs=list(module.outputs),
        **module.describe_io(),
        open_in=open_in,
        written_by=f'res2net_mm {__version__}, torch {torch.__version__}',
    )
