"""Measure the receptive fields of a published network."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from mmengine.logging import MMLogger

from res2net_mm.backbones import build
from res2net_mm.checkpoints import load_weights
from res2net_mm.errors import UserError
from res2net_mm.interpretability import (
    ReceptiveField,
    draw_receptive_fields,
    measure_receptive_fields,
    receptive_field_table,
)
from res2net_mm.whole_file import whole_file


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
        out: The picture to write, .png; default ``<preset>_receptive_field.png`` here. The numbers
            go beside it as .json.
        block: Which block of each stage to split, -1 for the last.
        size: Side in px of the random inputs.
        draws: How many of these.
        seed: Of the draws.
        progress: Whether to show progress.
        say: Gets the table and what was written.

    Returns:
        The files written.

    Raises:
        UserError: The preset is unknown, its weights cannot be had, or a number is out of range.
    """
    out = Path(out or f'{preset}_receptive_field.png')
    if out.suffix.lower() != '.png' or not out.parent.is_dir():
        raise UserError(f'--out {out} must be a .png file in a folder that exists')
    backbone = build(preset)
    if weights == 'random':
        MMLogger.get_current_instance().setLevel('WARNING')  # a line for each tensor otherwise
        backbone.init_weights()
    else:
        say(str(load_weights(backbone, f'res2net://{preset}' if weights is None else weights)))
    fields = measure_receptive_fields(
        backbone, block=block, size=size, draws=draws, seed=seed, progress=progress
    )
    say(receptive_field_table(fields))
    kind = 'random' if weights == 'random' else 'trained'
    title = f'receptive fields of {preset}, {kind} weights'
    return write_receptive_fields(fields, out, title, say=say)


def write_receptive_fields(
    fields: Sequence[ReceptiveField], out: Path, title: str, *, say: Callable[[str], None]
) -> list[Path]:
    """Write the picture, and the numbers beside it."""
    numbers = out.with_suffix('.json')
    with whole_file(out) as partial:
        draw_receptive_fields(fields, title).savefig(partial, dpi=110)
    with whole_file(numbers) as partial:
        content = {
            field.name: dict(theoretical=field.theoretical, measured=field.measured, cut=field.cut)
            for field in fields
        }
        partial.write_text(json.dumps(content, indent=2) + '\n', encoding='utf-8')
    say(f'written: {out}, {numbers}')
    return [out, numbers]
