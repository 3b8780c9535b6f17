"""Files that run without PyTorch's or OpenMMLab's code: ONNX, OpenVINO, torch.export.

The modules are imported when a name is first used: :mod:`.exported_model` registers a model, for
which torch's exporters need not be there.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .checked_writing import export
    from .files import FORMATS, open_exported, require_packages

__all__ = ['FORMATS', 'export', 'open_exported', 'require_packages']


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    module = '.checked_writing' if name == 'export' else '.files'
    return getattr(import_module(module, __name__), name)
