"""Turn an ONNX file into one of OpenVINO."""

import json
from collections.abc import Mapping
from pathlib import Path

from .metadata import KEY


def write_openvino(onnx_file: Path, path: Path, *, metadata: Mapping) -> None:
    """Write ``path``, .xml, and the weights beside it, .bin, in float32 as they are.

    Args:
        onnx_file: What :func:`write_onnx` wrote.
        path: Where to.
        metadata: What the file shall say of itself, under ``KEY``.
    """
    import openvino

    model = openvino.convert_model(onnx_file)
    model.set_rt_info(json.dumps(metadata), KEY)
    openvino.save_model(model, path, compress_to_fp16=False)
