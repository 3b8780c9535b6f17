"""Record an exportable module as a program of torch.export, with batch and size left open."""

import torch
from torch import Tensor
from torch.export import Dim, ExportedProgram

from .exportable import Exportable
from .refusal import refuse

LARGEST = 1 << 14  # px of a side


def record(module: Exportable, image: Tensor) -> tuple[ExportedProgram, str]:
    """Return the program, and what in its input is open.

    Args:
        module: What to export.
        image: An input, (N, 3, H, W), of two images at least and of two different sides.

    Raises:
        UserError: The code of the model cannot be recorded.
    """
    errors = []
    for sides, text in _sides():
        dims = {0: Dim('batch', min=1, max=1 << 10), **sides}
        try:
            with torch.no_grad():
                program = torch.export.export(module, (image,), dynamic_shapes=(dims,))
        except Exception as error:  # it runs the model's code, whatever that raises
            errors.append(error)
        else:
            return program, text
    raise refuse('the model', f'torch.export does not record it: {errors[-1]}') from errors[-1]


def _sides() -> list[tuple[dict, str]]:
    """Return the sides to try, from free to fixed, and what each means."""
    largest = dict(max=LARGEST)
    free = {2: Dim('height', min=129, **largest), 3: Dim('width', min=129, **largest)}
    steps = {2: 32 * Dim('h32', min=1, max=LARGEST // 32), 3: 32 * Dim('w32', min=1, max=LARGEST // 32)}
    return [
        (free, 'batch, height and width from 129 px'),
        (steps, 'batch, height and width in steps of 32 px'),
        ({}, 'batch'),
    ]
