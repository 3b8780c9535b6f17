"""Run an exported file with the engine it is for."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from res2net_mm.errors import UserError

from ...openvino_core import openvino_core
from .metadata import KEY

SUFFIXES = {'onnx': '.onnx', 'openvino': '.xml', 'torch': '.pt2'}


class Exported:
    """An exported file, opened.

    Attributes:
        metadata: What it says of itself.
    """

    metadata: Mapping

    def __call__(self, image: np.ndarray) -> dict[str, np.ndarray]:
        """(N, 3, H, W), float32 -> the outputs by name."""
        raise NotImplementedError


class _Onnx(Exported):
    def __init__(self, path: Path) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(
            path, options, providers=['CPUExecutionProvider']
        )
        self.metadata = json.loads(self.session.get_modelmeta().custom_metadata_map[KEY])
        self.outputs = [output.name for output in self.session.get_outputs()]

    def __call__(self, image: np.ndarray) -> dict[str, np.ndarray]:
        return dict(zip(self.outputs, self.session.run(None, {'image': image}), strict=True))


class _OpenVino(Exported):
    def __init__(self, path: Path) -> None:
        core = openvino_core()
        model = core.read_model(path)
        self.metadata = json.loads(model.get_rt_info(KEY).astype(str))
        # Half precision, where the processor has it, is the user's choice and no part of the check.
        self.compiled = core.compile_model(model, 'CPU', {'INFERENCE_PRECISION_HINT': 'f32'})

    def __call__(self, image: np.ndarray) -> dict[str, np.ndarray]:
        found = self.compiled(image)
        return {output.get_any_name(): found[output] for output in self.compiled.outputs}


class _Torch(Exported):
    def __init__(self, path: Path) -> None:
        import torch

        extra = {KEY: ''}
        self.program = torch.export.load(path, extra_files=extra).module()
        self.metadata = json.loads(extra[KEY])

    def __call__(self, image: np.ndarray) -> dict[str, np.ndarray]:
        import torch

        with torch.no_grad():
            found = self.program(torch.from_numpy(image))
        arrays = [tensor.numpy() for tensor in found]
        return dict(zip(self.metadata['outputs'], arrays, strict=True))


_ENGINES = {'.onnx': _Onnx, '.xml': _OpenVino, '.pt2': _Torch}


def is_exported(path: str | Path) -> bool:
    """Say whether a file is of a format that :func:`open_exported` knows, by its name."""
    return Path(path).suffix in _ENGINES


def open_exported(path: str | Path) -> Exported:
    """Open a file that tools/export_model.py wrote.

    Raises:
        UserError: It is not there, or another program has written it.
    """
    path = Path(path)
    if not path.is_file():
        raise UserError(f'{path} does not exist')
    try:
        return _ENGINES[path.suffix](path)
    except ImportError as error:
        raise UserError(f'{path} needs {error.name}, which cannot be imported') from error
    except (KeyError, RuntimeError, ValueError) as error:
        raise UserError(f'{path} is not what tools/export_model.py writes: {error}') from error
