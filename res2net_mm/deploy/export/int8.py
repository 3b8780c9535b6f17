"""Quantise an exported file, and accept the result only if the config's evaluation does."""

import ast
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.config import Config

from res2net_mm.engine.evaluate import evaluate
from res2net_mm.errors import UserError, argument
from res2net_mm.tables import align
from res2net_mm.whole_file import whole_file

from .check_images import find_images, images_of, pixels
from .files import KEY, SCOPES, convert_to_openvino, files_of, open_exported, quiet

CALIBRATION = 64  # images
MAX_DROP = 0.02  # of AP or mIoU, between 0 and 1
# The operators that are quantised in backbone and neck. In heads, sums and concatenations hold
# coordinates, for which eight bits are too few, so only convolutions and linear layers are.
OF_FEATURES = {'Conv', 'Gemm', 'Relu', 'Add', 'Concat', 'Split', 'MaxPool', 'AveragePool'}
OF_HEADS = {'Conv', 'Gemm', 'Relu'}


def export_int8(
    floating: Path,
    out: Path,
    *,
    cfg: Config,
    calibration: Sequence[str | Path] = (),
    max_drop: float = MAX_DROP,
    say: Callable[[str], None] = print,
) -> list[Path]:
    """Quantise a file, evaluate both, and keep the quantised one if it loses little.

    Args:
        floating: The exported file of the config's model, .onnx.
        out: The file to write, .onnx or .xml.
        cfg: The config, whose test set and evaluator judge both files.
        calibration: Images or folders of images that give the ranges of activations; default some
            of the config's training set.
        max_drop: Greatest loss of AP, mIoU or top-1, between 0 and 1.
        say: Called with the metrics of both.

    Returns:
        The files written.

    Raises:
        UserError: The data are missing, or the loss is greater.
    """
    if calibration:
        files = find_images(None, calibration, CALIBRATION, name='calibration')
    else:
        files = images_of(cfg, 'train_dataloader', CALIBRATION)
    say(f'calibrating on {len(files)} images')
    images = (pixels(cfg, file) for file in files)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        partial, *_ = [stack.enter_context(whole_file(file)) for file in files_of(out)]
        quantised = partial if out.suffix == '.onnx' else folder / 'int8.onnx'
        quantise(floating, quantised, images)
        if quantised != partial:
            convert_to_openvino(quantised, partial, open_exported(quantised).metadata)
        before, after = (
            evaluate(cfg.copy(), file, work_dir=folder) for file in (floating, partial)
        )
        rows = [['', 'float32', 'int8', 'change']]
        for name, value in before.items():
            change = after[name] - value
            rows.append([name, f'{value:.3f}', f'{after[name]:.3f}', f'{change:+.3f}'])
        say('\n'.join(align(rows)))
        _require_small_drop(before, after, max_drop)
    return files_of(out)


def _require_small_drop(
    before: Mapping[str, float], after: Mapping[str, float], max_drop: float
) -> None:
    """Raise UserError if mIoU, top-1, or else the first metric drops by more than ``max_drop``."""
    in_percent = [name for name in ('mIoU', 'accuracy/top1') if name in before]
    name, one = (in_percent[0], 100) if in_percent else (next(iter(before)), 1)
    if (before[name] - after[name]) / one > max_drop:
        raise UserError(
            f'int8 takes {name} from {before[name] / one:.3f} to {after[name] / one:.3f}, a drop '
            f'of more than {max_drop:g}; nothing was written: calibrate on other images '
            f'({argument("calibration")}), or allow more ({argument("max_drop")})'
        )


def quantise(file: Path, out: Path, images: Iterable[np.ndarray]) -> dict[str, int]:
    """Write a quantised copy of a file, with pairs of QuantizeLinear and DequantizeLinear.

    Weights get a scale for each channel and activations one for each tensor, from their range over
    the images. The layers that predict scores and boxes stay in floating point. Both files are
    ONNX; OpenVINO reads the quantised one too.

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
    with quiet():
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
    written = onnx.load(out)
    for entry in written.metadata_props:
        if entry.key == KEY:
            entry.value = json.dumps({**json.loads(entry.value), 'precision': 'int8'})
    onnx.save(written, out)
    return dict(Counter(node.op_type for node in chosen))


class _CalibrationReader:
    """The interface by which ONNX Runtime reads calibration images."""

    def __init__(self, images: Iterable[np.ndarray]) -> None:
        self.inputs = ({'image': image} for image in images)

    def get_next(self) -> Mapping[str, np.ndarray] | None:
        return next(self.inputs, None)


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
