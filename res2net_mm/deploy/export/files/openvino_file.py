"""OpenVINO files: convert an ONNX file into one, and run one on the CPU."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ...openvino_network import openvino_core
from .exported import KEY, Exported

# OpenVINO computes in bfloat16 where the processor has it unless it is told otherwise at
# compilation; it takes no such setting from the file (2026.4.1). Each file names this setting, as
# `openvino_config` of its metadata, for whoever compiles it.
FLOAT32 = {'INFERENCE_PRECISION_HINT': 'f32'}


def write_openvino(onnx_file: Path, path: Path, *, metadata: Mapping[str, Any]) -> None:
    """Write an OpenVINO file, and its weights in float32 beside it as .bin.

    Args:
        onnx_file: The ONNX file to convert.
        path: The file, .xml.
        metadata: The file's metadata.
    """
    import openvino

    model = openvino.convert_model(onnx_file)
    model.set_rt_info(json.dumps({**metadata, 'openvino_config': FLOAT32}), KEY)
    openvino.save_model(model, path, compress_to_fp16=False)


class OpenVinoFile(Exported):
    """An OpenVINO file, run on the CPU in float32."""

    def __init__(self, path: Path) -> None:
        core: Any = openvino_core()
        model = core.read_model(path)
        self.metadata = json.loads(model.get_rt_info(KEY).astype(str))
        self.compiled = core.compile_model(model, 'CPU', FLOAT32)
        self.outputs = [output.get_any_name() for output in self.compiled.outputs]

    def __call__(self, image: np.ndarray) -> dict[str, np.ndarray]:
        found = self.compiled(image)
        return dict(zip(self.outputs, (found[i] for i in range(len(self.outputs))), strict=True))
