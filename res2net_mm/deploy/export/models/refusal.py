"""Refuse what an export would get wrong: a part that computes in a way of its own."""

from collections.abc import Iterable

from res2net_mm.errors import UserError


def refuse(part: str, why: str) -> UserError:
    """Return the error that names a part of the model and why it cannot be exported."""
    return UserError(f'{part} cannot be exported: {why}')


def require_own_methods_of(base: type, module: object, part: str, names: Iterable[str]) -> None:
    """Raise UserError unless the module is a ``base`` and leaves these methods as they are there.

    The export computes what these methods of ``base`` compute, batch by batch; whatever a subclass
    does instead would be lost.
    """
    kind = type(module)
    if not isinstance(module, base):
        raise refuse(f'{part} {kind.__name__}', f'it is no {base.__name__}')
    for name in names:
        if getattr(kind, name) is not getattr(base, name):
            raise refuse(
                f'{part} {kind.__name__}',
                f'its {name}() is not that of {base.__name__}, which is what is exported',
            )
