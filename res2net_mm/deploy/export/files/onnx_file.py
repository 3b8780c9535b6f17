"""ONNX files: write a program of torch.export as one, and run one with ONNX Runtime."""

import json
import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.export import ExportedProgram

from res2net_mm.errors import brief

from ..models.exportable import refuse
from .exported import KEY, Exported

SCOPES = 'pkg.torch.onnx.name_scopes'  # the node property that names a node's modules
OPSET = 20  # GridSample and Gelu are plain operators from here on


def write_onnx(
    program: ExportedProgram, path: Path, *, outputs: Sequence[str], metadata: Mapping[str, Any]
) -> None:
    """Write an ONNX file that holds its weights.

    Args:
        program: The program, of one input.
        path: The file, .onnx.
        outputs: Names of the program's outputs.
        metadata: The file's metadata.

    Raises:
        UserError: The program holds an operator that ONNX does not have.
    """
    from ..operators.onnx_operators import translations

    with _quiet():
        try:
            made: Any = torch.onnx.export(
                program,
                dynamo=True,
                verbose=False,
                opset_version=OPSET,
                input_names=['image'],
                output_names=list(outputs),
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

    def __call__(self, image: np.ndarray) -> dict[str, np.ndarray]:
        return dict(zip(self.outputs, self.session.run(None, {'image': image}), strict=True))


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence torch.onnx, which warns that torchvision is missing and reports its progress."""
    logger = logging.getLogger('torch.onnx')
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            yield
    finally:
        logger.setLevel(level)
