"""The formats: suffix, packages, and the class that opens a file of each."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from res2net_mm.errors import UserError, brief
from res2net_mm.file_kinds import EXPORTED_SUFFIXES

from .exported import Exported
from .onnx_file import OnnxFile
from .openvino_file import OpenVinoFile
from .torch_file import TorchFile


class Format(NamedTuple):
    """A format of exported files; its suffix stands in ``EXPORTED_SUFFIXES``."""

    packages: tuple[str, ...]  # imported to write and check a file
    open: Callable[[Path], Exported]


FORMATS = {
    'onnx': Format(('onnx', 'onnxscript', 'onnxruntime'), OnnxFile),
    'openvino': Format(('onnx', 'onnxscript', 'openvino'), OpenVinoFile),
    'torch': Format((), TorchFile),
}


def format_of(path: Path) -> str:
    """Return the format of a file by its suffix.

    Raises:
        UserError: No format has the suffix.
    """
    for name, suffix in EXPORTED_SUFFIXES.items():
        if path.suffix == suffix:
            return name
    raise UserError(f'{path} must end in one of {", ".join(EXPORTED_SUFFIXES.values())}')


def require_packages(to: str) -> None:
    """Raise UserError that says what to install, if a package of the format is missing."""
    packages = FORMATS[to].packages
    missing = []
    for name in packages:
        try:
            importlib.import_module(name)
        except ImportError:
            missing.append(name)
    if missing:
        raise UserError(
            f'{to} needs {", ".join(missing)}, which cannot be imported: `make setup`, or '
            f'`pip install {" ".join(packages)}` in an environment of your own'
        )


def open_exported(path: str | Path) -> Exported:
    """Open a file that :func:`~res2net_mm.deploy.export.export` wrote.

    Args:
        path: The file, .onnx, .xml (with its .bin beside it) or .pt2.

    Raises:
        UserError: The file or its engine is missing, or another program has written it.
    """
    path = Path(path)
    kind = FORMATS[format_of(path)]
    for file in (path, path.with_suffix('.bin')) if path.suffix == '.xml' else (path,):
        if not file.is_file():
            raise UserError(f'{file} {"is a folder" if file.is_dir() else "does not exist"}')
    try:
        return kind.open(path)
    except ImportError as error:
        raise UserError(f'{path} needs {error.name}, which cannot be imported') from error
    except Exception as error:  # each engine raises exceptions of its own
        raise UserError(
            f'{path} is not a file that `res2net-mm export` wrote: {brief(error)}'
        ) from error
