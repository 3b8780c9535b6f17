"""The base class of exportable networks, and the error for models that cannot be exported."""

from collections.abc import Iterable, Sequence
from typing import Any

from torch import nn

from res2net_mm.errors import UserError

ToolboxModule = Any  # an nn.Module of OpenMMLab, whose packages are published without types


class Exportable(nn.Module):
    """A network whose forward takes one tensor and returns a tuple of tensors.

    Attributes:
        task: ``detection``, ``segmentation`` or ``features``.
        outputs: Names of the tensors that it returns.
    """

    task: str
    outputs: Sequence[str]

    def describe_io(self) -> dict[str, Any]:
        """Return a description of input and output, for the metadata of the file."""
        raise NotImplementedError


def refuse(part: str, why: str) -> UserError:
    """Return the error that names a part of the model and why it cannot be exported."""
    return UserError(f'{part} cannot be exported: {why}')


def require_own_methods_of(base: type, module: object, part: str, names: Iterable[str]) -> None:
    """Check that a module is a ``base`` and overrides none of the methods that the export replaces.

    The export computes what these methods of ``base`` compute, for a batch at once; what a subclass
    computes instead would be lost.

    Args:
        base: The class of the toolbox whose methods the export replaces.
        module: The part of the model.
        part: Name of the part, for the error.
        names: Names of the methods.

    Raises:
        UserError: The module is of another class, or overrides one of the methods.
    """
    kind = type(module)
    if not isinstance(module, base):
        raise refuse(f'{part} {kind.__name__}', f'it is not a {base.__name__}')
    for name in names:
        if getattr(kind, name) is not getattr(base, name):
            raise refuse(
                f'{part} {kind.__name__}',
                f'it overrides {name}() of {base.__name__}, which the export replaces',
            )
