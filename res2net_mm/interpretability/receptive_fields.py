"""Measure the receptive fields of a published network: ``res2net-mm receptive-field``."""

from collections.abc import Callable, Sequence
from pathlib import Path

from mmengine.logging import MMLogger

from res2net_mm.backbones import build
from res2net_mm.checkpoints import load_weights
from res2net_mm.errors import UserError, argument
from res2net_mm.whole_file import whole_file, write_json_file

from .effective_receptive_field import ReceptiveField, measure_receptive_fields
from .receptive_field_sheet import draw_receptive_fields, receptive_field_table


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
    fields = measure_receptive_fields(
        backbone, block=block, size=size, draws=draws, seed=seed, progress=progress
    )
    say(receptive_field_table(fields))
    kind = 'random' if weights == 'random' else 'trained'
    return write_receptive_fields(
        fields, out, f'receptive fields of {preset}, {kind} weights', say=say
    )


def write_receptive_fields(
    fields: Sequence[ReceptiveField], out: Path, title: str, *, say: Callable[[str], None]
) -> list[Path]:
    """Write the picture, and the figures beside it as .json; return both files."""
    with whole_file(out) as partial:
        draw_receptive_fields(fields, title).savefig(partial, dpi=110)
    figures = {
        field.name: dict(theoretical=field.theoretical, measured=field.measured, cut=field.cut)
        for field in fields
    }
    written = [out, write_json_file(figures, out.with_suffix('.json'))]
    say('written: {}, {}'.format(*written))
    return written


def require_picture(out: str | Path) -> Path:
    """Return the path of a picture to write.

    Raises:
        UserError: It does not end in .png, or its folder does not exist.
    """
    out = Path(out)
    if out.suffix.lower() != '.png' or not out.parent.is_dir():
        raise UserError(f'{argument("out", str(out))} must be a .png file in a folder that exists')
    return out
