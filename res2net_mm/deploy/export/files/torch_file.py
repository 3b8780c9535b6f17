"""Write a program of torch.export as a file that torch alone loads and runs."""

import json
import warnings
from collections.abc import Mapping
from pathlib import Path

import torch
from torch.export import ExportedProgram

from .metadata import KEY


def write_torch(program: ExportedProgram, path: Path, *, metadata: Mapping) -> None:
    """Write the file, .pt2.

    Args:
        program: Of operators of torch alone.
        path: Where to.
        metadata: What the file shall say of itself, in its extra file ``KEY``.
    """
    with warnings.catch_warnings():  # of views among the weights, which are written whole
        warnings.filterwarnings('ignore', message='No complete tensor found')
        torch.export.save(program, path, extra_files={KEY: json.dumps(metadata)})
