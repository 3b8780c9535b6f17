"""Files that run without PyTorch's or OpenMMLab's code: ONNX, OpenVINO, torch.export.

The modules are imported when a name is first used: :mod:`.exported_model` registers a model, for
which torch's exporters need not be there.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .checked_writing import export
    from .files import FORMATS, open_exported, require_packages

_MODULES = {
    'FORMATS': '.files',
    'export': '.checked_writing',
    'open_exported': '.files',
    'require_packages': '.files',
}

__all__ = ['FORMATS', 'export', 'open_exported', 'require_packages']


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    return getattr(import_module(_MODULES[name], __name__), name)
