"""Record an exportable network as a program of torch.export, for any batch and image size."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn
from torch.export import Dim, ExportedProgram

from res2net_mm.errors import brief

from .models.exportable import Exportable, refuse

SMALLEST = 129  # px of a side; at fewer the coarsest map of a pyramid is one px wide
LARGEST = 1 << 14  # px
STEP = 32  # px


class Opening(NamedTuple):
    """The open dimensions of a program's input."""

    text: str  # the open dimensions in words
    step: int  # px between the heights and widths that the program takes; 0 if they are fixed
    dims: dict[int, Any]  # the open dimensions, by index, as torch.export takes them

    def fitting(self, images: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Return images (N, 3, H, W) of sizes that the program takes: cropped, or selected."""
        if not self.step:
            return [image for image in images if image.shape[2:] == images[0].shape[2:]]
        sides = [[side // self.step * self.step for side in image.shape[2:]] for image in images]
        return [image[:, :, :h, :w] for image, (h, w) in zip(images, sides, strict=True)]


def record(module: Exportable, height: int, width: int) -> tuple[ExportedProgram, Opening]:
    """Return the program with as many open dimensions as can be recorded.

    ``height`` and ``width`` of an image in px count only where the size cannot be left open.

    Raises:
        UserError: The code of the model cannot be recorded.
    """
    for opening in _openings(module, height, width):
        sides = height, width
        if opening.step:
            sides = max(height // STEP, 5) * STEP, max(width // STEP, 5) * STEP
        try:
            with torch.no_grad():
                image = torch.zeros(2, 3, *sides)
                program = torch.export.export(module, (image,), dynamic_shapes=(opening.dims,))
        except Exception as error:  # whatever the model's own code raises
            reason = error
        else:
            return program, opening
    raise refuse('the model', f'torch.export does not record it: {brief(reason)}') from reason


def _openings(module: nn.Module, height: int, width: int) -> list[Opening]:
    """Return the openings to try, from open to fixed sizes."""
    batch = {0: Dim('batch', min=1, max=1 << 10)}
    free = {i: Dim(side, min=SMALLEST, max=LARGEST) for i, side in ((2, 'height'), (3, 'width'))}
    steps = {i: STEP * Dim(n, min=1, max=LARGEST // STEP) for i, n in ((2, 'rows'), (3, 'columns'))}
    fixed = Opening(f'batch, at {width}x{height} px alone', 0, batch)
    if min(height, width) < SMALLEST:
        return [fixed]
    pools = [part for part in module.modules() if isinstance(part, nn.AdaptiveAvgPool2d)]
    if any(pool.output_size not in (1, (1, 1)) for pool in pools):
        return [fixed]  # their windows are recorded as they lie at one size of images
    return [
        Opening(f'batch, height and width from {SMALLEST} px', 1, batch | free),
        Opening(f'batch, height and width in steps of {STEP} px', STEP, batch | steps),
        fixed,
    ]
