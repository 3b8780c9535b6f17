"""Quantise an ONNX file to eight-bit integers, by ONNX Runtime's post-training quantisation."""

import ast
import json
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from res2net_mm.errors import UserError

from .exported import KEY
from .onnx_file import SCOPES

# The operators that are quantised in backbone and neck. In heads, sums and concatenations hold
# coordinates, for which eight bits are too few, so only convolutions and linear layers are.
OF_FEATURES = {'Conv', 'Gemm', 'Relu', 'Add', 'Concat', 'Split', 'MaxPool', 'AveragePool'}
OF_HEADS = {'Conv', 'Gemm', 'Relu'}


def quantise(file: Path, out: Path, images: Iterable[np.ndarray]) -> dict[str, int]:
    """Write a quantised copy of a file, with pairs of QuantizeLinear and DequantizeLinear.

    Weights get a scale for each channel and activations one for each tensor, from their range over
    the images. The layers that predict scores and boxes stay in floating point.

    Args:
        file: An exported file, .onnx.
        out: The file to write, .onnx. OpenVINO reads it too.
        images: The images to calibrate with, each as the file takes it.

    Returns:
        The number of quantised nodes, by operator.

    Raises:
        UserError: Nothing in the file can be quantised.
    """
    import onnx
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static

    model = onnx.load(file)
    chosen = list(_nodes_to_quantise(model.graph))
    if not any(node.op_type in ('Conv', 'Gemm') for node in chosen):
        raise UserError(f'{file} has no convolution to quantise')
    disabled_before = logging.root.manager.disable
    logging.disable(logging.WARNING)  # advises to fuse layers, which torch.onnx has done
    try:
        quantize_static(
            model,
            out,
            _CalibrationReader(images),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=sorted(OF_FEATURES),
            nodes_to_quantize=[node.name for node in chosen],
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            reduce_range=True,  # weights of seven bits: eight overflow on processors without VNNI
        )
    finally:
        logging.disable(disabled_before)
    written = onnx.load(out)
    for entry in written.metadata_props:
        if entry.key == KEY:
            entry.value = json.dumps({**json.loads(entry.value), 'precision': 'int8'})
    onnx.save(written, out)
    return dict(Counter(node.op_type for node in chosen))


class _CalibrationReader:
    """The interface by which ONNX Runtime reads calibration images."""

    def __init__(self, images: Iterable[np.ndarray]) -> None:
        self.images = iter(images)

    def get_next(self) -> Mapping[str, np.ndarray] | None:
        image = next(self.images, None)
        return None if image is None else {'image': image}


def _nodes_to_quantise(graph: Any) -> Iterator[Any]:
    """Yield the nodes of an ONNX graph that are quantised."""
    producers = {output: node for node in graph.node for output in node.output}
    readers: dict[str, list[Any]] = {}
    for node in graph.node:
        for name in node.input:
            readers.setdefault(name, []).append(node)
    for node in graph.node:
        path = _path(node) or _path(producers.get(node.input[0] if node.input else ''))
        if path[:1] == ['model']:  # a segmenter's parts lie one level deeper
            path = path[1:]
        if path[:1] in (['backbone'], ['neck']):
            if node.op_type in OF_FEATURES:
                yield node
        elif node.op_type in OF_HEADS and path[:1] != ['pixels']:
            rectified = all(n.op_type == 'Relu' for n in readers.get(node.output[0], []))
            if node.op_type == 'Relu' or rectified:
                yield node


def _path(node: Any) -> list[str]:
    """Return the path of a node's module, such as backbone, layer1, 0, conv1."""
    found = {p.key: p.value for p in node.metadata_props} if node is not None else {}
    modules = ast.literal_eval(found.get(SCOPES, '[]'))[:-1]  # the last is the node's own name
    return modules[-1].split('.') if modules else []
