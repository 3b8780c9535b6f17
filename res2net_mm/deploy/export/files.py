"""The formats of exported files: how each is written, opened and run."""

import importlib
import json
import logging
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.export import ExportedProgram

from res2net_mm.errors import UserError, brief
from res2net_mm.file_kinds import EXPORTED_SUFFIXES

from ..openvino_network import openvino_core
from .models.exportable import refuse
from .operators import NAMED, PLAIN, Operators

KEY = 'res2net_mm'  # a file's metadata is one JSON object under this key
SCOPES = 'pkg.torch.onnx.name_scopes'  # the property of ONNX's nodes that names their modules
OPSET = 20  # of ONNX; GridSample and Gelu are plain operators from here on
# OpenVINO computes in bfloat16 where the processor has it unless it is told otherwise at
# compilation; it takes no such setting from the file (2026.4.1). Each file names this setting, as
# `openvino_config` of its metadata, for whoever compiles it.
FLOAT32 = {'INFERENCE_PRECISION_HINT': 'f32'}


class Exported:
    """An opened exported file."""

    metadata: Mapping[str, Any]
    outputs: Sequence[str]  # their names

    def __call__(self, image: np.ndarray) -> dict[str, np.ndarray]:
        """(N, 3, H, W), float32 -> the outputs by name."""
        return dict(zip(self.outputs, self._run(image), strict=True))

    def _run(self, image: np.ndarray) -> Sequence[np.ndarray]:
        raise NotImplementedError


class OnnxFile(Exported):
    """An ONNX file, run by ONNX Runtime on the CPU."""

    def __init__(self, path: Path) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(
            path, options, providers=['CPUExecutionProvider']
        )
        self.metadata = json.loads(self.session.get_modelmeta().custom_metadata_map[KEY])
        self.outputs = [output.name for output in self.session.get_outputs()]

    def _run(self, image: np.ndarray) -> Sequence[np.ndarray]:
        found: Sequence[np.ndarray] = self.session.run(None, {'image': image})
        return found


class OpenVinoFile(Exported):
    """An OpenVINO file, run on the CPU in float32."""

    def __init__(self, path: Path) -> None:
        core: Any = openvino_core()
        model = core.read_model(path)
        self.metadata = json.loads(model.get_rt_info(KEY).astype(str))
        self.compiled = core.compile_model(model, 'CPU', FLOAT32)
        self.outputs = [output.get_any_name() for output in self.compiled.outputs]

    def _run(self, image: np.ndarray) -> Sequence[np.ndarray]:
        found = self.compiled(image)
        return [found[i] for i in range(len(self.outputs))]


class TorchFile(Exported):
    """A file of torch.export, run on the CPU."""

    def __init__(self, path: Path) -> None:
        extra = {KEY: ''}
        self.program = torch.export.load(path, extra_files=extra).module()
        self.metadata = json.loads(extra[KEY])
        self.outputs = self.metadata['outputs']

    @torch.no_grad()
    def _run(self, image: np.ndarray) -> Sequence[np.ndarray]:
        return [tensor.numpy() for tensor in self.program(torch.from_numpy(image))]


def write_onnx(program: ExportedProgram, path: Path, metadata: Mapping[str, Any]) -> None:
    """Write a program as an ONNX file that holds its weights, its outputs named by the metadata.

    Raises:
        UserError: The program holds an operator that ONNX does not have.
    """
    from .onnx_operators import translations

    with quiet():
        try:
            made: Any = torch.onnx.export(
                program,
                dynamo=True,
                verbose=False,
                opset_version=OPSET,
                input_names=['image'],
                output_names=list(metadata['outputs']),
                custom_translation_table=translations(),
            )
        except torch.onnx.errors.OnnxExporterError as error:
            why = brief(error.__cause__ or error)
            raise refuse('the model', f'torch.onnx cannot write it: {why}') from error
        for node in made.model.graph.all_nodes():  # without lines and paths of the source
            for key in set(node.metadata_props) - {SCOPES}:
                del node.metadata_props[key]
        made.model.metadata_props[KEY] = json.dumps(metadata)
        made.save(path, external_data=False)


def write_openvino(program: ExportedProgram, path: Path, metadata: Mapping[str, Any]) -> None:
    """Write a program as an OpenVINO file, by way of an ONNX file."""
    with tempfile.TemporaryDirectory() as folder:
        between = Path(folder, 'model.onnx')
        write_onnx(program, between, metadata)
        convert_to_openvino(between, path, metadata)


def convert_to_openvino(onnx_file: Path, path: Path, metadata: Mapping[str, Any]) -> None:
    """Convert an ONNX file into an OpenVINO file, its weights in float32 beside it as .bin."""
    import openvino

    model = openvino.convert_model(onnx_file)
    model.set_rt_info(json.dumps({**metadata, 'openvino_config': FLOAT32}), KEY)
    openvino.save_model(model, path, compress_to_fp16=False)


def write_torch(program: ExportedProgram, path: Path, metadata: Mapping[str, Any]) -> None:
    """Write a program, of operators of torch alone, as a file of torch.export."""
    with warnings.catch_warnings():  # that some weights are views: they are written whole
        warnings.filterwarnings('ignore', message='No complete tensor found')
        torch.export.save(program, path, extra_files={KEY: json.dumps(metadata)})


@contextmanager
def quiet() -> Iterator[None]:
    """Silence warnings that are no news: torchvision is missing, layers should be fused."""
    disabled_before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            yield
    finally:
        logging.disable(disabled_before)


class Format(NamedTuple):
    """A format of exported files; its suffix stands in ``EXPORTED_SUFFIXES``."""

    packages: tuple[str, ...]  # imported to write and check a file
    operators: Operators  # that a program to be written consists of
    write: Callable[[ExportedProgram, Path, Mapping[str, Any]], None]
    open: Callable[[Path], Exported]


FORMATS = {
    'onnx': Format(('onnx', 'onnxscript', 'onnxruntime'), NAMED, write_onnx, OnnxFile),
    'openvino': Format(('onnx', 'onnxscript', 'openvino'), NAMED, write_openvino, OpenVinoFile),
    'torch': Format((), PLAIN, write_torch, TorchFile),
}


def format_of(path: Path) -> str:
    """Return the format of a file by its suffix, or raise UserError."""
    for name, suffix in EXPORTED_SUFFIXES.items():
        if path.suffix == suffix:
            return name
    raise UserError(f'{path} must end in one of {", ".join(EXPORTED_SUFFIXES.values())}')


def files_of(path: Path) -> list[Path]:
    """Return the files that belong to an exported one: OpenVINO has the weights beside it."""
    return [path, path.with_suffix('.bin')] if path.suffix == '.xml' else [path]


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
    to = format_of(path)
    for file in files_of(path):
        if not file.is_file():
            raise UserError(f'{file} {"is a folder" if file.is_dir() else "does not exist"}')
    try:
        return FORMATS[to].open(path)
    except ImportError as error:
        raise UserError(f'{path} needs {error.name}, which cannot be imported') from error
    except Exception as error:  # each engine raises exceptions of its own
        raise UserError(
            f'{path} is not a file that `res2net-mm export` wrote: {brief(error)}'
        ) from error
