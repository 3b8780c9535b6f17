"""Files are written whole, checked, and say what the model says in any batch and size."""

import numpy as np
import pytest
import torch

import res2net_mm
from res2net_mm.deploy.export import checked_writing as module_under_test
from res2net_mm.deploy.export import export, open_exported
from res2net_mm.errors import UserError
from res2net_mm.presets import PRESETS, find

RETINANET = 'mmdet::retinanet/retinanet_r50_fpn_1x_coco.py'
FASTER = 'mmdet::faster_rcnn/faster-rcnn_r50_fpn_1x_coco.py'
DEEPLAB = 'mmseg::deeplabv3plus/deeplabv3plus_r50-d8_4xb4-20k_voc12aug-512x512.py'
QUIET = dict(say=lambda text: None)
SUFFIXES = ('.onnx', '.xml', '.pt2')


def images():
    """Of odd sides and of a batch."""
    random = np.random.default_rng(0)
    shapes = [(1, 3, 135, 142), (2, 3, 160, 131)]
    return [random.uniform(0, 255, shape).astype(np.float32) for shape in shapes]


def first_stages(preset: str) -> torch.nn.Module:
    """The preset with its own widths and rule, cut after its second stage; DLA whole."""
    row = find(preset)
    torch.manual_seed(0)
    if row.backbone != 'Res2Net':
        return res2net_mm.build(preset).eval()
    arguments = {k: v for k, v in row.arguments.items() if k not in ('depth', 'stage_blocks')}
    arguments.update(stage_blocks=(2, 1), block_rule=row.block_rule)
    return res2net_mm.Res2Net(**arguments).eval()


@pytest.mark.parametrize(
    'preset',
    [
        name if name == 'res2net_light_14w_4s' else pytest.param(name, marks=pytest.mark.slow)
        for name in PRESETS
    ],
)
def test_every_preset_to_onnx(preset, tmp_path):
    said = []
    model = first_stages(preset)
    (file,) = export(model, tmp_path / 'x.onnx', images=images(), say=said.append)
    assert ', opset 20), open in batch, height and width' in said[-1]
    exported = open_exported(file)
    assert exported.metadata['opset'] == 20
    assert exported.session.get_inputs()[0].shape[1] == 3
    expected = model(torch.zeros(3, 3, 129, 150))
    found = exported(np.zeros((3, 3, 129, 150), np.float32))
    assert [level.shape for level in found.values()] == [tuple(e.shape) for e in expected]


@pytest.mark.slow
@pytest.mark.parametrize('suffix', SUFFIXES)
@pytest.mark.parametrize('config', [RETINANET, FASTER, DEEPLAB])
def test_whole_models(config, suffix, shrunk, built, tmp_path):
    said = []
    facts = dict(model='x', classes=['a', 'b'], resize=dict(scale=[100, 90], keep_ratio=True))
    path = tmp_path / f'x{suffix}'
    model = built(shrunk(config))
    files = export(model, path, images=images(), facts=facts, say=said.append)
    assert sorted(files) == sorted(tmp_path.iterdir())  # nothing else is left behind
    assert 'open in batch, height and width from 129 px' in said[-1]
    assert 'of 3 images agree with PyTorch' in said[-1]
    metadata = open_exported(path).metadata
    assert facts.items() <= metadata.items()
    assert metadata['inside']['padded_to_multiple_of'] == (1 if config == DEEPLAB else 32)


@pytest.mark.slow
def test_a_detector_that_finds_nothing_is_checked_all_the_same(shrunk, built, tmp_path):
    said = []
    model = built(shrunk(RETINANET))
    model.bbox_head.test_cfg.score_thr = 1.0
    (file,) = export(model, tmp_path / 'x.onnx', images=images(), say=said.append)
    assert 'no box reaches the least score' in said[-2]
    assert 'boxes of 3 images agree' in said[-1]
    assert open_exported(file)(images()[0])['labels'].max() == -1
    assert model.bbox_head.test_cfg.score_thr == 1.0


def test_a_file_that_says_something_else_is_not_put_in_place(tmp_path, monkeypatch):
    model = first_stages('res2net_light_14w_4s')

    def other(model):
        fused = res2net_mm.fuse(model)
        next(fused.parameters()).mul_(1.01)
        return fused

    monkeypatch.setattr(module_under_test, 'fuse', other)
    for suffix in ('.onnx', '.xml'):
        (tmp_path / f'x{suffix}').write_text('old')
    with pytest.raises(UserError, match='nothing was written: map stage1 differs'):
        export(model, tmp_path / 'x.onnx', images=images(), **QUIET)
    assert {f.name: f.read_text() for f in tmp_path.iterdir()} == {'x.onnx': 'old', 'x.xml': 'old'}


@pytest.mark.parametrize(
    ('path', 'more', 'message'),
    [
        ('x.tflite', {}, r'must end in one of \.onnx, \.xml, \.pt2'),
        ('none/x.onnx', {}, 'is not a folder'),
        ('x.onnx', dict(images=[]), 'there is none'),
    ],
)
def test_bad_arguments(path, more, message, tmp_path):
    model = first_stages('res2net_light_14w_4s')
    with pytest.raises(UserError, match=message):
        export(model, tmp_path / path, **{**QUIET, 'images': images(), **more})
    assert not list(tmp_path.iterdir())


def test_a_missing_package_is_named(tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, 'onnxscript', None)
    with pytest.raises(UserError, match='onnx needs onnxscript, which cannot be imported: `make'):
        export(first_stages('res2net_light_14w_4s'), tmp_path / 'x.onnx', images=images(), **QUIET)


def test_a_file_of_another_program_is_refused(tmp_path):
    import onnx
    from onnx import TensorProto, helper

    value = helper.make_tensor_value_info('image', TensorProto.FLOAT, [1])
    other = helper.make_tensor_value_info('same', TensorProto.FLOAT, [1])
    node = helper.make_node('Identity', ['image'], ['same'])
    model = helper.make_model(
        helper.make_graph([node], 'g', [value], [other]),
        opset_imports=[helper.make_opsetid('', 20)],
        ir_version=10,
    )
    onnx.save(model, tmp_path / 'other.onnx')
    with pytest.raises(UserError, match=r'is not what tools/export_model\.py writes'):
        open_exported(tmp_path / 'other.onnx')
    with pytest.raises(UserError, match='does not exist'):
        open_exported(tmp_path / 'none.onnx')
