"""Constructor arguments: presets filled in, numbers checked, one value per stage."""

from collections.abc import Sequence
from numbers import Integral
from typing import Any, TypeVar

from res2net_mm.errors import UserError
from res2net_mm.presets import find

T = TypeVar('T')


def fill_from_preset(
    backbone: str, preset: str | None, *, given: dict[str, Any], default: dict[str, Any]
) -> dict[str, Any]:
    """Return the value of each argument: the given one, else the preset's, else the default.

    Args:
        backbone: Name of the backbone class, which must be the preset's.
        preset: Name or alias of a preset, or None.
        given: The arguments as the user gave them; None means not given.
        default: The defaults; None where not listed.

    Raises:
        UserError: The preset is unknown, belongs to another class, or has another depth than the
            one given (as when a config inherits ``depth=50`` under a Res2Net-101 preset).
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


def check_whole(*, least: int = 1, **numbers: Any) -> None:
    """Raise UserError if an argument is not a whole number of at least ``least``; None passes."""
    for name, value in numbers.items():
        if value is not None and not _is_whole(value, least):
            raise UserError(f'{name}={value!r} must be a whole number of {least} or more')


def check_wholes(*, least: int = 1, **lists: Any) -> None:
    """Raise UserError if an argument is not a list of whole numbers, ``least`` or more."""
    for name, values in lists.items():
        if values is None:
            continue
        listed = isinstance(values, Sequence) and not isinstance(values, str)
        if not listed or not all(_is_whole(value, least) for value in values):
            raise UserError(f'{name}={values!r} must list whole numbers of {least} or more')


def _is_whole(value: Any, least: int) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= least


def per_stage(name: str, values: Sequence[T], num_stages: int) -> tuple[T, ...]:
    """Return the values as a tuple, or raise UserError if there is not one for each stage."""
    if len(values) != num_stages:
        raise UserError(
            f'{name}={tuple(values)} must have one entry for each of {num_stages} stages'
        )
    return tuple(values)
