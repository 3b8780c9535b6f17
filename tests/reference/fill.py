"""Weights and images that are the same everywhere, without any random generator.

Every value is fixed by the tensor's published name, its element's index and its role, so that a
checkpoint of any publisher can be made without the publisher's code. The ``*.json`` files beside
hold what the publishers' own networks compute from them in float64, in eval mode: ``layout`` (name
-> shape), ``stages`` (shape, mean, std, absmax and samples as [flat index, value]) and logits.
"""

import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

FOLDER = Path(__file__).parent
# Of a value in -1..1 by the tensor's role: value -> offset + scale * value.
_ROLES = {
    'running_var': (1.0, 0.25),
    'running_mean': (0.0, 0.1),
    'bias': (0.0, 0.1),
    '_variance': (1.0, 0.25),  # Paddle's
    '_mean': (0.0, 0.1),
}
_NORM_WEIGHT = (1.0, 0.2)


def references() -> list[str]:
    """Return the names of the reference files."""
    return sorted(path.stem for path in FOLDER.glob('*.json'))


def reference(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f'{name}.json').read_text())


def fill(layout: dict[str, list[int]]) -> dict[str, Tensor]:
    """Return a state dict of the given names and shapes."""
    return {name: torch.from_numpy(_tensor(name, shape)) for name, shape in layout.items()}


def image(shape: list[int]) -> Tensor:
    """Return float32 images (N, C, H, W)."""
    n, c, h, w = shape
    y, x = np.mgrid[:h, :w].astype(np.float64)
    planes = [np.sin(0.11 * (k + 1) * x) + np.cos(0.07 * (k + 2) * y) for k in range(n * c)]
    return torch.from_numpy(np.stack(planes).reshape(shape).astype(np.float32))


def worst_error(features: tuple[Tensor, ...], stages: list[dict[str, Any]]) -> float:
    """Return the largest difference of features from a reference's, over the stage's absmax."""
    errors = []
    for feature, stage in zip(features, stages, strict=True):
        assert list(feature.shape) == stage['shape']
        feature = feature.detach().double()
        samples = [float(feature.flatten()[index]) - value for index, value in stage['samples']]
        statistics = [
            float(feature.mean()) - stage['mean'],
            float(feature.abs().max()) - stage['absmax'],
        ]
        errors += [abs(error) / stage['absmax'] for error in (*samples, *statistics)]
    return max(errors)


def _tensor(name: str, shape: list[int]) -> np.ndarray:
    leaf = name.rpartition('.')[2]
    if leaf == 'num_batches_tracked':
        return np.zeros(shape, np.int64)
    step = 0.7 + zlib.crc32(name.encode()) % 9973 / 9973
    wave = np.sin((np.arange(np.prod(shape, dtype=int), dtype=np.float64) + 1) * step)
    if leaf in _ROLES:
        offset, scale = _ROLES[leaf]
    elif len(shape) == 1:
        offset, scale = _NORM_WEIGHT
    else:
        offset, scale = 0.0, np.sqrt(4 / np.prod(shape[1:]))
    return (offset + scale * wave).reshape(shape).astype(np.float32)
