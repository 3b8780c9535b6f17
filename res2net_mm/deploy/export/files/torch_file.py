"""Files of torch.export: write a program as one, and run one with torch."""

import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.export import ExportedProgram

from .exported import KEY, Exported


def write_torch(program: ExportedProgram, path: Path, *, metadata: Mapping[str, Any]) -> None:
    """Write a file of torch.export.

    Args:
        program: The program, of operators of torch alone.
        path: The file, .pt2.
        metadata: The file's metadata, stored as its extra file ``KEY``.
    """
    with warnings.catch_warnings():  # that some weights are views: they are written whole
        warnings.filterwarnings('ignore', message='No complete tensor found')
        torch.export.save(program, path, extra_files={KEY: json.dumps(metadata)})


class TorchFile(Exported):
    """A file of torch.export, run on the CPU."""

    def __init__(self, path: Path) -> None:
        extra = {KEY: ''}
        self.program = torch.export.load(path, extra_files=extra).module()
        self.metadata = json.loads(extra[KEY])
        self.outputs = self.metadata['outputs']

    @torch.no_grad()
    def __call__(self, image: np.ndarray) -> dict[str, np.ndarray]:
        found = self.program(torch.from_numpy(image))
        return dict(zip(self.outputs, (tensor.numpy() for tensor in found), strict=True))
