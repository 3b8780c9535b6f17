"""Eight-bit integers in the place of floats, by ONNX Runtime's own post-training quantisation."""

import ast
import json
import logging
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from res2net_mm.errors import UserError
from res2net_mm.whole_file import whole_file

from .engines import open_exported
from .metadata import KEY
from .onnx_file import SCOPES
from .openvino_file import write_openvino

# What is computed in integers of a backbone and a neck. Elsewhere sums and concatenations are of
# coordinates, which eight bits cannot hold, so of heads it is the convolutions and linear layers.
OF_FEATURES = {'Conv', 'Gemm', 'Relu', 'Add', 'Concat', 'Split', 'MaxPool', 'AveragePool'}
OF_HEADS = {'Conv', 'Gemm', 'Relu'}


def write_int8(
    file: Path, out: Path, *, images: Iterable[np.ndarray], judge: Callable[[Path], None]
) -> list[Path]:
    """Quantise a file into another, which is put in place if ``judge`` raises nothing.

    Args:
        file: What ``export`` wrote, .onnx.
        out: Where to, .onnx or .xml.
        images: What to calibrate with, each as the file takes it.
        judge: Gets the new file before it is in its place.

    Returns:
        The files written.
    """
    with ExitStack() as files:
        partial = files.enter_context(whole_file(out))
        if out.suffix == '.onnx':
            quantise(file, partial, images)
            judge(partial)
            return [out]
        files.enter_context(whole_file(out.with_suffix('.bin')))
        between = Path(files.enter_context(tempfile.TemporaryDirectory()), 'int8.onnx')
        quantise(file, between, images)
        write_openvino(between, partial, metadata=open_exported(between).metadata)
        judge(partial)
    return [out, out.with_suffix('.bin')]


def quantise(file: Path, out: Path, images: Iterable[np.ndarray]) -> dict[str, int]:
    """Write a file with integers in it, as pairs of QuantizeLinear and DequantizeLinear.

    Weights get a scale per channel and activations one per tensor, from their range over the
    images. The layers that predict scores and boxes stay in float.

    Args:
        file: What ``export`` wrote, .onnx.
        out: Where to, .onnx. OpenVINO reads it too.
        images: What to calibrate with, each as the file takes it.

    Returns:
        How many nodes of a kind compute in integers.

    Raises:
        UserError: Nothing in the file can be quantised.
    """
    import onnx
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static

    model = onnx.load(file)
    chosen = list(_chosen(model.graph))
    if not any(node.op_type in ('Conv', 'Gemm') for node in chosen):
        raise UserError(f'{file} has no convolution to quantise')
    said_before = logging.root.manager.disable
    logging.disable(logging.WARNING)  # advice to fuse what torch.onnx has fused already
    try:
        quantize_static(
            model,
            out,
            _Reader(images),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=sorted(OF_FEATURES),
            nodes_to_quantize=[node.name for node in chosen],
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            reduce_range=True,  # weights of seven bits: eight overflow on processors without VNNI
        )
    finally:
        logging.disable(said_before)
    _describe(out, onnx)
    return dict(Counter(node.op_type for node in chosen))


class _Reader:
    """What ONNX Runtime draws images from."""

    def __init__(self, images: Iterable[np.ndarray]) -> None:
        self.images = iter(images)

    def get_next(self) -> Mapping[str, np.ndarray] | None:
        image = next(self.images, None)
        return None if image is None else {'image': image}


def _chosen(graph) -> Iterator:
    """Yield the nodes to quantise."""
    producers = {output: node for node in graph.node for output in node.output}
    readers: dict[str, list] = {}
    for node in graph.node:
        for name in node.input:
            readers.setdefault(name, []).append(node)
    for node in graph.node:
        path = _path(node) or _path(producers.get(node.input[0] if node.input else ''))
        if path[:1] == ['model']:  # a segmenter's parts lie one deeper
            path = path[1:]
        if path[:1] in (['backbone'], ['neck']):
            if node.op_type in OF_FEATURES:
                yield node
        elif node.op_type in OF_HEADS and path[:1] != ['pixels']:
            rectified = all(n.op_type == 'Relu' for n in readers.get(node.output[0], []))
            if node.op_type == 'Relu' or rectified:
                yield node


def _path(node) -> list[str]:
    """Return the path of the module that a node is of: backbone, layer1, 0, conv1."""
    found = {p.key: p.value for p in node.metadata_props} if node is not None else {}
    modules = ast.literal_eval(found.get(SCOPES, '[]'))[:-1]  # the last is the node's own name
    return modules[-1].split('.') if modules else []


def _describe(out: Path, onnx) -> None:
    model = onnx.load(out)
    for entry in model.metadata_props:
        if entry.key == KEY:
            entry.value = json.dumps({**json.loads(entry.value), 'precision': 'int8'})
    onnx.save(model, out)
