"""Effective receptive fields: how far from a unit the input still changes it.

They are measured as in Luo et al., Understanding the Effective Receptive Field, arXiv 1701.04128:
by the gradient of the unit at the centre with respect to the input, averaged over random inputs.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from tqdm import tqdm

from res2net_mm.errors import UserError

from .feature_maps import kept, parts_of, places_of
from .theoretical_receptive_field import theoretical_receptive_fields

LEAST = 1 - 0.9545  # of the greatest gradient: two sigmas of a Gaussian, as in Luo et al.
GREATEST = 8192  # px, the side of an input: features of larger ones exceed the memory


@dataclass(frozen=True)
class ReceptiveField:
    """The receptive field of a feature map.

    Attributes:
        theoretical: Side in px of the square of inputs that can reach a unit; None if unbounded.
        measured: Side in px of a square as large as the region where the gradient exceeds
            ``LEAST`` of its maximum.
        cut: Whether that region touches the border of the input, so that a larger input would give
            a larger one.
        gradient: (size, size) float32, root mean square gradient, its maximum 1.
    """

    name: str  # 'stage 2' or 'stage 2, split 1'
    stage: int  # from 1
    theoretical: int | None
    measured: float
    cut: bool
    gradient: np.ndarray


def measure_receptive_fields(
    backbone: nn.Module,
    *,
    block: int = -1,
    size: int = 320,
    draws: int = 8,
    seed: int = 0,
    progress: bool = True,
) -> list[ReceptiveField]:
    """Measure the receptive field of each stage's output and of each split of a block in it.

    A unit has many channels. Each draw weights them by random signs, so that the mean square
    gradient is the sum of the channels' square gradients and nothing cancels. Inputs are Gaussian
    noise of the variance of normalised images.

    Args:
        backbone: As for :func:`places_of`. It runs in evaluation mode, and keeps its mode.
        block: Index of the block of each stage whose splits are measured.
        size: Side of the inputs in px.
        draws: Number of random inputs.
        seed: Seed of the random inputs.
        progress: Whether to show progress.

    Returns:
        A field for each stage, followed by those of its splits.

    Raises:
        UserError: A number is out of range, or a gradient is zero throughout.
    """
    if not 32 <= size <= GREATEST or draws < 1:
        raise UserError(
            f'size={size} must lie between 32 and {GREATEST} px and draws={draws} be 1 or more'
        )
    theoretical = theoretical_receptive_fields(backbone, block)
    places = places_of(backbone, block)
    random = torch.Generator().manual_seed(seed)
    device = next(backbone.parameters()).device
    squares: dict[str, np.ndarray] = {}  # the mean square gradient (size, size) of central units
    training = backbone.training
    backbone.eval()
    try:
        for _ in tqdm(range(draws), desc='receptive fields', disable=not progress, leave=False):
            x = torch.randn(1, 3, size, size, generator=random).to(device).requires_grad_(True)
            with kept(places) as tensors:
                backbone(x)
            for name, part in parts_of(places, tensors):
                unit = part[0, :, part.shape[2] // 2, part.shape[3] // 2]
                signs = torch.randint(0, 2, unit.shape, generator=random).to(unit) * 2 - 1
                (gradient,) = torch.autograd.grad((unit * signs).sum(), x, retain_graph=True)
                square = gradient[0].double().square().sum(0).cpu().numpy()
                squares[name] = squares.get(name, 0.0) + square / draws
    finally:
        backbone.train(training)
    return [
        _summary(name, place.stage, theoretical[name], squares[name])
        for place in places
        for name in place.names
    ]


def _summary(name: str, stage: int, theoretical: int | None, square: np.ndarray) -> ReceptiveField:
    gradient = np.sqrt(square)
    if not np.isfinite(gradient).all() or gradient.max() <= 0:
        raise UserError(
            f'the gradient of {name} is zero or not finite: its units are dead or its weights are '
            'not trained ones'
        )
    gradient = gradient / gradient.max()
    inside = gradient > LEAST
    border = np.concatenate([inside[0], inside[-1], inside[:, 0], inside[:, -1]])
    return ReceptiveField(
        name=name,
        stage=stage,
        theoretical=theoretical,
        measured=float(np.sqrt(inside.sum())),
        cut=bool(border.any()),
        gradient=gradient.astype(np.float32),
    )
