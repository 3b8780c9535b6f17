"""Whether the packages are there that a format needs."""

import importlib

from res2net_mm.errors import UserError

FORMATS = {
    'onnx': ('onnx', 'onnxscript', 'onnxruntime'),
    'openvino': ('onnx', 'onnxscript', 'openvino'),
    'torch': (),
}


def require_packages(to: str) -> None:
    """Raise UserError that says what to install, if a package of the format is missing."""
    missing = []
    for name in FORMATS[to]:
        try:
            importlib.import_module(name)
        except ImportError:
            missing.append(name)
    if missing:
        raise UserError(
            f'{to} needs {", ".join(missing)}, which cannot be imported: `make setup`, or '
            f'`pip install {" ".join(FORMATS[to])}` in an environment of your own'
        )
