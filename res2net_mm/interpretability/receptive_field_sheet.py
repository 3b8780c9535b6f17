"""Receptive fields as a table and as a picture."""

from collections.abc import Sequence
from itertools import groupby

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle

from .effective_receptive_field import LEAST, ReceptiveField

CELL = 1.7  # inches, side of a picture
BLACK = '#000000'
# Told apart by readers who confuse red and green (Okabe and Ito); the stage itself is black.
COLOURS = ('#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#999999', '#f0e442')
SHOWN_PIXELS = 64  # along a side of a heat map


def receptive_field_table(fields: Sequence[ReceptiveField]) -> str:
    """Return a line for each map: side in px, theoretical and measured."""
    lines = [f'{"receptive field, side in px":28}{"theoretical":>12}{"measured":>10}']
    for field in fields:
        theory = '-' if field.theoretical is None else str(field.theoretical)
        measured = f'{">" if field.cut else ""}{field.measured:.0f}'
        lines.append(f'{field.name:28}{theory:>12}{measured:>10}')
    if any(field.cut for field in fields):
        lines.append('> reaches the border of the input: measure in a larger one')
    return '\n'.join(lines)


def draw_receptive_fields(fields: Sequence[ReceptiveField], title: str) -> Figure:
    """Draw the gradient of each map's central unit, and its fall with distance.

    A row for each stage: heat maps of its output and splits around the unit, each with a circle of
    the measured size and, where it fits, the square of the theoretical field; then curves.
    """
    rows = [list(group) for _, group in groupby(fields, key=lambda field: field.stage)]
    columns = max(map(len, rows)) + 1
    figure = Figure(
        figsize=(columns * CELL + 1.2, len(rows) * (CELL + 0.32) + 0.7), layout='constrained'
    )
    figure.suptitle(title, fontsize=10)
    grid = figure.subplots(
        len(rows), columns, squeeze=False, width_ratios=[1] * (columns - 1) + [1.6]
    )
    for axes, row in zip(grid, rows, strict=True):
        half = _shown_half(row)
        for cell in axes[len(row) : -1]:
            cell.set_axis_off()
        for cell, field in zip(axes, row, strict=False):
            _draw_heat(cell, field, half)
        _draw_curves(axes[-1], row, half)
    grid[-1][-1].set_xlabel('px from the unit', fontsize=7)
    return figure


def _shown_half(row: Sequence[ReceptiveField]) -> float:
    """Half the side that a row shows: what is measured and some more, the same for all of it."""
    size = len(row[0].gradient)
    return min(size / 2, max(16.0, 0.9 * max(field.measured for field in row)))


def _draw_heat(cell, field: ReceptiveField, half: float) -> None:
    size = len(field.gradient)
    row, column = _centre(field.gradient)
    extent = np.array([-column - 0.5, size - column - 0.5, size - row - 0.5, -row - 0.5])
    step = max(1, int(2 * half // SHOWN_PIXELS))  # averaged, since dots would hide the shape
    trimmed = size // step * step
    blocks = field.gradient[:trimmed, :trimmed].reshape(size // step, step, size // step, step)
    extent[[1, 2]] -= size - trimmed
    cell.imshow(np.sqrt(blocks.mean(axis=(1, 3))), cmap='magma', extent=extent)
    cell.add_patch(Circle((0, 0), field.measured / np.sqrt(np.pi), fill=False, color='#56b4e9'))
    if field.theoretical is not None:
        side = field.theoretical
        cell.add_patch(
            Rectangle((-side / 2, -side / 2), side, side, fill=False, color='white', ls=':')
        )
    cell.set_xlim(-half, half)
    cell.set_ylim(half, -half)
    cell.set_xticks([])
    cell.set_yticks([])
    cell.set_title(
        f'{field.name}: {">" if field.cut else ""}{field.measured:.0f} px', fontsize=7.5, pad=3
    )


def _draw_curves(cell, row: Sequence[ReceptiveField], half: float) -> None:
    colours = (BLACK, *COLOURS)
    for i, field in enumerate(row):
        radii, means = _radial_mean(field.gradient)
        shown = radii <= half
        label = field.name.rpartition(', ')[2]
        colour = colours[i % len(colours)]
        cell.plot(radii[shown], means[shown], color=colour, lw=1.2, label=label)
    cell.set_yscale('log')
    cell.set_ylim(LEAST / 10, 1)
    cell.axhline(LEAST, color='#bbbbbb', lw=0.8, ls='--')
    cell.set_xlim(0, half)
    cell.tick_params(labelsize=6)
    cell.legend(fontsize=6, frameon=False, loc='upper right')
    cell.set_title('gradient, of its maximum', fontsize=7.5, pad=3)


def _radial_mean(gradient: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean over rings of equal width around the unit, the greatest made 1."""
    size = len(gradient)
    row, column = _centre(gradient)
    y, x = np.mgrid[:size, :size]
    width = max(1, size // 112)
    ring = (np.hypot(y - row, x - column) / width).astype(int).ravel()
    sums = np.bincount(ring, gradient.ravel())
    means = sums / np.maximum(np.bincount(ring), 1)
    return (np.arange(len(means)) + 0.5) * width, means / means.max()


def _centre(gradient: np.ndarray) -> tuple[float, float]:
    """Where the unit lies: the centre of gravity, since strides put it off the middle."""
    weight = gradient.astype(float) ** 2
    rows, columns = weight.sum(1), weight.sum(0)
    places = np.arange(len(gradient))
    return float(rows @ places / rows.sum()), float(columns @ places / columns.sum())
