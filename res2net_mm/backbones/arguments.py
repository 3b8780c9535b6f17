"""From what the user gave to what holds: presets filled in, one value per stage."""

from collections.abc import Sequence
from typing import Any

from res2net_mm.errors import UserError
from res2net_mm.presets import find


def fill_from_preset(
    backbone: str, preset: str | None, *, given: dict[str, Any], default: dict[str, Any]
) -> dict[str, Any]:
    """Return the arguments in force: given ones, else the preset's, else the default's.

    Args:
        backbone: Name of the class that asks; the preset must be one of its.
        preset: Name or alias of a preset, or None.
        given: The arguments as the user gave them; None means not given.
        default: What holds where neither says anything; None where not listed.

    Raises:
        UserError: The preset is unknown, belongs to another class, or is of another depth than the
            one given (what an inherited ``depth=50`` under a Res2Net-101 preset amounts to).
    """
    filled = dict(default)
    if preset is not None:
        row = find(preset)
        if row.backbone != backbone:
            raise UserError(
                f"preset {preset!r} is a res2net_mm.{row.backbone}; set type='res2net_mm."
                f"{row.backbone}'"
            )
        filled.update(row.arguments, block_rule=row.block_rule)
        for name in ('depth', 'stage_blocks'):
            if given.get(name) is not None and given[name] != row.arguments.get(name):
                raise UserError(
                    f'{name}={given[name]} contradicts preset {preset!r}; drop one of the two '
                    '(in a config that inherits it: _delete_=True)'
                )
    filled.update((name, value) for name, value in given.items() if value is not None)
    return {name: filled.get(name) for name in given}


def per_stage(name: str, values: Sequence, num_stages: int) -> tuple:
    """Return the values as a tuple, or raise UserError if there is not one for each stage."""
    if len(values) != num_stages:
        raise UserError(
            f'{name}={tuple(values)} must have one entry for each of {num_stages} stages'
        )
    return tuple(values)
