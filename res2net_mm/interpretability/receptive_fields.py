"""Receptive fields as a table, a picture and figures: ``res2net-mm receptive-field``."""

from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle
from mmengine.logging import MMLogger
from torch import nn

from res2net_mm.backbones import build
from res2net_mm.checkpoints import load_weights
from res2net_mm.errors import UserError, argument
from res2net_mm.lettering import letter
from res2net_mm.tables import align
from res2net_mm.whole_file import whole_file, write_json_file

from .effective_receptive_field import LEAST, ReceptiveField, measure_receptive_fields

CELL = 1.7  # inches, side of a picture
# Distinct for readers who confuse red and green (Okabe and Ito); the stage itself is black.
COLOURS = (
    '#000000', '#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#999999',
    '#f0e442',
)  # fmt: skip
SHOWN_PIXELS = 64  # along a side of a heat map


def draw_preset_receptive_fields(
    preset: str,
    *,
    weights: str | None = None,
    out: str | Path | None = None,
    block: int = -1,
    size: int = 320,
    draws: int = 8,
    seed: int = 0,
    progress: bool = True,
    say: Callable[[str], None] = print,
) -> list[Path]:
    """Measure the receptive fields of a preset's stages and splits; draw and tabulate them.

    Args:
        preset: Name or alias of a preset.
        weights: Path, https URL or ``res2net://<preset>``; ``random`` for initial ones; None for
            the preset's published ones.
        out: The picture to write, .png; default ``<preset>_receptive_field.png`` in the current
            folder. The figures are written beside it as .json.
        block: Index of the block of each stage whose splits are measured.
        size: Side in px of the random inputs.
        draws: Number of random inputs.
        seed: Seed of the random inputs.
        progress: Whether to show progress.
        say: Called with the table and the names of the files.

    Returns:
        The files written.

    Raises:
        UserError: The preset is unknown, its weights cannot be loaded, or a number is out of range.
    """
    out = require_picture(out or f'{preset}_receptive_field.png')
    backbone = build(preset)
    if weights == 'random':
        MMLogger.get_current_instance().setLevel('WARNING')  # a line for each tensor otherwise
        backbone.init_weights()
    else:
        say(str(load_weights(backbone, f'res2net://{preset}' if weights is None else weights)))
    how: dict[str, Any] = dict(block=block, size=size, draws=draws, seed=seed, progress=progress)
    kind = 'random' if weights == 'random' else 'trained'
    title = f'receptive fields of {preset}, {kind} weights'
    return show_receptive_fields(backbone, out, title, say=say, **how)


def show_receptive_fields(
    backbone: nn.Module, out: Path, title: str, *, say: Callable[[str], None], **how: Any
) -> list[Path]:
    """Measure receptive fields, say the table, write the picture and the figures beside it.

    ``how`` are the keywords of :func:`measure_receptive_fields`.

    Returns:
        The picture, .png, and the figures, .json.
    """
    fields = measure_receptive_fields(backbone, **how)
    say(receptive_field_table(fields))
    with whole_file(out) as partial:
        sheet = draw_receptive_fields(fields, title)
        letter(sheet)
        sheet.savefig(partial, dpi=110)
    figures = {
        field.name: dict(theoretical=field.theoretical, measured=field.measured, cut=field.cut)
        for field in fields
    }
    written = [out, write_json_file(figures, out.with_suffix('.json'))]
    say('written: {}, {}'.format(*written))
    return written


def require_picture(out: str | Path) -> Path:
    """Return the path of a .png to write in a folder that exists, or raise UserError."""
    out = Path(out)
    if out.suffix.lower() != '.png' or not out.parent.is_dir():
        raise UserError(f'{argument("out", str(out))} must be a .png file in a folder that exists')
    return out


def receptive_field_table(fields: Sequence[ReceptiveField]) -> str:
    """Return a line for each map: side in px, theoretical and measured."""
    rows = [['receptive field, side in px', 'theoretical', 'measured']]
    for field in fields:
        theoretical = '-' if field.theoretical is None else str(field.theoretical)
        rows.append([field.name, theoretical, _measured(field)])
    lines = align(rows)
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
    size = (columns * CELL + 1.2, len(rows) * (CELL + 0.32) + 0.7)
    figure = Figure(figsize=size, layout='constrained')
    figure.suptitle(title, fontsize=10)
    ratios = [1] * (columns - 1) + [1.6]
    grid = figure.subplots(len(rows), columns, squeeze=False, width_ratios=ratios)
    for axes, row in zip(grid, rows, strict=True):
        # Half the side that is shown, the same in all of a row.
        largest = max(field.measured for field in row)
        half = min(len(row[0].gradient) / 2, max(16.0, 0.9 * largest))
        for cell in axes[len(row) : -1]:
            cell.set_axis_off()
        for cell, field in zip(axes, row, strict=False):
            _draw_heat(cell, field, half)
        _draw_curves(axes[-1], row, half)
    grid[-1][-1].set_xlabel('px from the unit', fontsize=7)
    return figure


def _measured(field: ReceptiveField) -> str:
    return f'{">" if field.cut else ""}{field.measured:.0f}'


def _draw_heat(cell: Axes, field: ReceptiveField, half: float) -> None:
    size = len(field.gradient)
    row, column = _centre(field.gradient)
    step = max(1, int(2 * half // SHOWN_PIXELS))  # averaged, since dots would hide the shape
    side = size // step * step
    blocks = field.gradient[:side, :side].reshape(size // step, step, size // step, step)
    extent = (-column - 0.5, side - column - 0.5, side - row - 0.5, -row - 0.5)
    cell.imshow(np.sqrt(blocks.mean(axis=(1, 3))), cmap='magma', extent=extent)
    cell.add_patch(Circle((0, 0), field.measured / np.sqrt(np.pi), fill=False, color='#56b4e9'))
    if field.theoretical is not None:
        side = field.theoretical
        corner = (-side / 2, -side / 2)
        cell.add_patch(Rectangle(corner, side, side, fill=False, color='white', ls=':'))
    cell.set(xlim=(-half, half), ylim=(half, -half), xticks=[], yticks=[])
    cell.set_title(f'{field.name}: {_measured(field)} px', fontsize=7.5, pad=3)


def _draw_curves(cell: Axes, row: Sequence[ReceptiveField], half: float) -> None:
    for i, field in enumerate(row):
        radii, means = _radial_mean(field.gradient)
        shown = radii <= half
        label = field.name.rpartition(', ')[2]
        cell.plot(radii[shown], means[shown], color=COLOURS[i % len(COLOURS)], lw=1.2, label=label)
    cell.set(yscale='log', xlim=(0, half), ylim=(LEAST / 10, 1))
    cell.axhline(LEAST, color='#bbbbbb', lw=0.8, ls='--')
    cell.tick_params(labelsize=6)
    cell.legend(fontsize=6, frameon=False, loc='upper right')
    cell.set_title('gradient, of its maximum', fontsize=7.5, pad=3)


def _radial_mean(gradient: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the radii of rings around the unit, and their mean gradients over the greatest."""
    size = len(gradient)
    row, column = _centre(gradient)
    y, x = np.mgrid[:size, :size]
    width = max(1, size // 112)
    ring = (np.hypot(y - row, x - column) / width).astype(int).ravel()
    means = np.bincount(ring, gradient.ravel()) / np.maximum(np.bincount(ring), 1)
    return (np.arange(len(means)) + 0.5) * width, means / means.max()


def _centre(gradient: np.ndarray) -> tuple[float, float]:
    """Return the gradient's centre of gravity: strides put the unit off the input's centre."""
    weight = gradient.astype(float) ** 2
    rows, columns = weight.sum(1), weight.sum(0)
    places = np.arange(len(gradient))
    return float(rows @ places / rows.sum()), float(columns @ places / columns.sum())
