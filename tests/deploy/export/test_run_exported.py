"""The script that runs exported files alone: float32, and one error per bad input."""

import json

import cv2
import numpy as np
import pytest
from tool_process import one_error, run, run_afresh

from res2net_mm.deploy.export.files import convert_to_openvino

METADATA = dict(task='detection', classes=['cat', 'dog'], open_in='batch', resize=None)


def write_onnx(path, metadata):
    """Write a detector of two boxes, whose scores grow with the brightness of the image."""
    import onnx
    from onnx import helper, numpy_helper

    constants = dict(
        weight=np.array([1.003, 0, 0], np.float32).reshape(1, 3, 1, 1),
        factors=np.array([0.9, 0.25, 0], np.float32),
        boxes=np.array([[[2, 4, 6, 8], [1, 1, 3, 3], [0, 0, 0, 0]]], np.float32),
        labels=np.array([[1, 0, -1]]),
    )
    nodes = [
        helper.make_node('Constant', [], [name], value=numpy_helper.from_array(array, name))
        for name, array in constants.items()
    ]
    nodes += [
        helper.make_node('Conv', ['image', 'weight'], ['map']),
        helper.make_node('ReduceMax', ['map'], ['most'], keepdims=0),
        helper.make_node('Mul', ['factors', 'most'], ['flat']),
        helper.make_node('Unsqueeze', ['flat', 'axis'], ['scores']),
    ]
    nodes.insert(0, helper.make_node('Constant', [], ['axis'], value_ints=[0]))
    shapes = dict(
        boxes=(1, [1, 3, 4]), scores=(1, [1, 3]), labels=(7, [1, 3])
    )  # 1: float, 7: int64
    graph = helper.make_graph(
        nodes,
        'detector',
        [helper.make_tensor_value_info('image', 1, [1, 3, 16, 16])],
        [helper.make_tensor_value_info(name, *shape) for name, shape in shapes.items()],
    )
    opsets = [helper.make_opsetid('', 20)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    if metadata:
        helper.set_model_props(model, dict(res2net_mm=json.dumps(metadata)))
    onnx.save(model, path)


@pytest.fixture
def folder(tmp_path):
    write_onnx(tmp_path / 'x.onnx', METADATA)
    write_onnx(tmp_path / 'foreign.onnx', None)
    write_onnx(tmp_path / 'backbone.onnx', METADATA | dict(task='features'))
    for name in ('damaged.onnx', 'damaged.xml', 'damaged.bin', 'alone.xml', 'x.pt2', 'x.pth'):
        (tmp_path / name).write_bytes(b'garbage')
    for name, side in {'x.png': 16, 'large.png': 20}.items():
        cv2.imwrite(str(tmp_path / name), np.ones((side, side, 3), np.uint8))
    (tmp_path / 'inside').mkdir()
    return tmp_path


def test_boxes_are_printed_and_drawn(folder):
    done = run('run_exported.py', 'x.onnx', 'x.png', '--score', '0.2', cwd=folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ['dog 0.903 2.0 4.0 6.0 8.0', 'cat 0.251 1.0 1.0 3.0 3.0']
    assert cv2.imread(str(folder / 'predictions.png')).max() == 200


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        ('gone.onnx x.png', 'gone.onnx does not exist'),
        ('inside x.png', 'inside must end in .onnx or .xml'),
        ('x.pt2 x.png', 'x.pt2 must end in .onnx or .xml: the others run in PyTorch'),
        ('x.pth x.png', 'x.pth must end in .onnx or .xml'),
        ('alone.xml x.png', 'alone.bin does not exist'),
        ('damaged.onnx x.png', 'damaged.onnx is not a file that `res2net-mm export` wrote'),
        ('damaged.xml x.png', 'damaged.xml is not a file that `res2net-mm export` wrote'),
        ('foreign.onnx x.png', 'foreign.onnx is not a file that `res2net-mm export` wrote'),
        ('backbone.onnx x.png', 'backbone.onnx returns feature maps, which cannot be shown'),
        ('x.onnx gone.png', 'gone.png does not exist'),
        ('x.onnx inside', 'inside is a folder, give one image'),
        ('x.onnx x.pth', 'x.pth cannot be read as an image'),
        ('x.onnx large.png', 'x.onnx, which is open in batch, fails on large.png in 20x20 px'),
        ('x.onnx x.png --out gone/x.png', '--out gone/x.png cannot be written: gone is not a'),
        ('x.onnx x.png --out inside', '--out inside is a folder'),
        ('x.onnx x.png --out x.pdf', '--out x.pdf must end in .png, .jpg or another suffix'),
    ],
)
def test_one_error_for_a_bad_input(arguments, message, folder):
    before = sorted(folder.iterdir())
    error = one_error(run('run_exported.py', *arguments.split(), cwd=folder))
    assert error.startswith(f'error: {message}')
    assert sorted(folder.iterdir()) == before


def test_a_missing_engine_is_named(folder, monkeypatch):
    (folder / 'onnxruntime.py').write_text("raise ImportError(name='onnxruntime')")
    monkeypatch.setenv('PYTHONPATH', str(folder))
    error = one_error(run_afresh('run_exported.py', 'x.onnx', 'x.png', cwd=folder))
    assert error == 'error: x.onnx needs onnxruntime: pip install onnxruntime'


def test_openvino_computes_in_float32(folder):
    """Also where the processor has bfloat16, in which the weight 1.003 would be 1."""
    pytest.importorskip('openvino')
    convert_to_openvino(folder / 'x.onnx', folder / 'x.xml', METADATA)
    done = run('run_exported.py', 'x.xml', 'x.png', '--score', '0.2', cwd=folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ['dog 0.903 2.0 4.0 6.0 8.0', 'cat 0.251 1.0 1.0 3.0 3.0']
