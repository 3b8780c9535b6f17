"""Fill a backbone's arguments from a preset, and refuse what contradicts it."""

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
    if given['depth'] is not None and given['stage_blocks'] is not None:
        raise UserError(
            f'depth={given["depth"]} and stage_blocks={given["stage_blocks"]} both say how many '
            'blocks a stage has; give one of them'
        )
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
            published = row.arguments.get(name)
            if given[name] is not None and given[name] != published:
                raise UserError(
                    f'{name}={given[name]} contradicts preset {preset!r}, which has '
                    f'{", ".join(f"{k}={row.arguments[k]}" for k in ("depth", "stage_blocks") if k in row.arguments)}; drop one of the two '
                    '(in a config that inherits it: _delete_=True)'
                )
    filled.update((name, value) for name, value in given.items() if value is not None)
    return {name: filled.get(name) for name in given}
