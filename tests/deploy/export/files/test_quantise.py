"""Which layers are quantised; test_int8.py quantises whole models."""

import onnx
import pytest
from onnx import helper

from res2net_mm.deploy.export.files.onnx_file import SCOPES
from res2net_mm.deploy.export.files.quantise import _nodes_to_quantise, quantise
from res2net_mm.errors import UserError


def node(kind, inputs, output, scope):
    made = helper.make_node(kind, inputs, [output], name=output)
    made.metadata_props.add(key=SCOPES, value=str(['', scope, 'name']))
    return made


def test_layers_that_predict_stay_in_floating_point():
    nodes = [
        node('Sub', ['image', 'mean'], 'normalised', 'pixels'),
        node('Conv', ['normalised', 'w'], 'a', 'backbone.conv1'),
        node('Add', ['a', 'a'], 'b', 'model.neck'),
        node('Conv', ['b', 'w'], 'c', 'dense.head.rpn_conv'),
        node('Relu', ['c'], 'd', 'dense.head.rpn_conv'),
        node('Conv', ['d', 'w'], 'scores', 'dense.head.rpn_cls'),
        node('Sigmoid', ['scores'], 'probabilities', 'dense'),
        node('Add', ['scores', 'scores'], 'e', 'dense'),
    ]
    chosen = _nodes_to_quantise(helper.make_graph(nodes, 'g', [], []))
    assert [found.name for found in chosen] == ['a', 'b', 'c', 'd']


def test_nothing_to_quantise(tmp_path):
    nodes = [node('Relu', ['image'], 'a', 'backbone')]
    value, other = (helper.make_tensor_value_info(name, 1, [1]) for name in ('image', 'a'))
    onnx.save(
        helper.make_model(helper.make_graph(nodes, 'g', [value], [other])), tmp_path / 'x.onnx'
    )
    with pytest.raises(UserError, match='has no convolution to quantise'):
        quantise(tmp_path / 'x.onnx', tmp_path / 'y.onnx', [])
