"""Files are written whole, checked, and predict what the model predicts in any size."""

from shutil import copyfile

import numpy as np
import pytest
import torch

import res2net_mm
from res2net_mm.deploy.export import checked_writing as module_under_test
from res2net_mm.deploy.export import export, open_exported
from res2net_mm.deploy.export import files as files_module
from res2net_mm.deploy.export.agreement import Agreement
from res2net_mm.deploy.export.program import record
from res2net_mm.errors import UserError

RETINANET = 'mmdet::retinanet/retinanet_r50_fpn_1x_coco.py'
FASTER = 'mmdet::faster_rcnn/faster-rcnn_r50_fpn_1x_coco.py'
DEEPLAB = 'mmseg::deeplabv3plus/deeplabv3plus_r50-d8_4xb4-20k_voc12aug-512x512.py'
CONFIGS = (RETINANET, FASTER, DEEPLAB)
QUIET = dict(say=lambda text: None)
FACTS = dict(model='x', classes=['a', 'b'], resize=dict(scale=[100, 90], keep_ratio=True))


def images():
    """Of odd sides and of a batch."""
    random = np.random.default_rng(0)
    shapes = [(1, 3, 135, 142), (2, 3, 160, 131)]
    return [random.uniform(0, 255, shape).astype(np.float32) for shape in shapes]


@pytest.fixture
def backbone():
    torch.manual_seed(0)
    return res2net_mm.Res2Net(stage_blocks=(1, 1), base_width=4, scales=4).eval()


def check(config, model, path, files, said):
    assert sorted(files) == sorted(file for file in path.parent.iterdir() if file.stem == path.stem)
    assert 'open in batch, height and width from 129 px' in said
    assert 'of 3 images agree with PyTorch' in said
    metadata = open_exported(path).metadata
    assert FACTS.items() <= metadata.items()
    assert metadata['inside']['padded_to_multiple_of'] == (1 if config == DEEPLAB else 32)


@pytest.mark.slow
@pytest.mark.parametrize('config', CONFIGS)
def test_whole_models_to_onnx_and_openvino(config, shrunk, built, tmp_path, monkeypatch):
    said, recorded = [], []

    def record_once(*args):
        recorded[:] = recorded or [record(*args)]
        return recorded[0]

    monkeypatch.setattr(module_under_test, 'record', record_once)
    model = built(shrunk(config))
    onnx, xml = tmp_path / 'a.onnx', tmp_path / 'b.xml'
    files = export(model, onnx, images=images(), facts=FACTS, say=said.append)
    check(config, model, onnx, files, said[-1])
    # What OpenVINO's is made from is that file again, and was seconds of work.
    monkeypatch.setattr(files_module, 'write_onnx', lambda _, to, __: copyfile(onnx, to))
    files = export(model, xml, images=images(), facts=FACTS, say=said.append)
    check(config, model, xml, files, said[-1])


@pytest.mark.slow
@pytest.mark.parametrize('config', CONFIGS)
def test_whole_models_to_torch(config, shrunk, built, tmp_path):
    said = []
    model, path = built(shrunk(config)), tmp_path / 'c.pt2'
    files = export(model, path, images=images(), facts=FACTS, say=said.append)
    check(config, model, path, files, said[-1])


@pytest.mark.slow
def test_a_detector_that_finds_nothing_is_checked_all_the_same(
    shrunk, built, tmp_path, nothing_open
):
    said = []
    model = built(shrunk(RETINANET))
    model.bbox_head.test_cfg.score_thr = 1.0
    two = images()[1]
    (file,) = export(model, tmp_path / 'x.onnx', images=[two], say=said.append)
    assert 'no box reaches the least score' in said[-2]
    assert 'boxes of 2 images agree' in said[-1]
    assert open_exported(file)(two)['labels'].max() == -1
    assert model.bbox_head.test_cfg.score_thr == 1.0


def test_a_detector_without_a_box_to_check_by_is_refused(tmp_path, monkeypatch, backbone):
    def nothing_compared(*_):
        return Agreement('detection'), dict(task='detection')

    monkeypatch.setattr(module_under_test, '_write_and_check', nothing_compared)
    with pytest.raises(UserError, match='nothing was written: the model finds no box of any'):
        export(backbone, tmp_path / 'x.onnx', images=images(), **QUIET)
    assert not list(tmp_path.iterdir())


def test_a_file_that_predicts_something_else_is_not_put_in_place(
    tmp_path, monkeypatch, backbone, nothing_open
):
    def other(model):
        fused = res2net_mm.fuse(model)
        next(fused.parameters()).mul_(1.01)
        return fused

    monkeypatch.setattr(module_under_test, 'fuse', other)
    for suffix in ('.onnx', '.xml'):
        (tmp_path / f'x{suffix}').write_text('old')
    with pytest.raises(UserError, match='nothing was written: map stage1 differs'):
        export(backbone, tmp_path / 'x.onnx', images=images()[1:], **QUIET)
    assert {f.name: f.read_text() for f in tmp_path.iterdir()} == {'x.onnx': 'old', 'x.xml': 'old'}


@pytest.mark.parametrize(
    ('path', 'more', 'message'),
    [
        ('x.tflite', {}, r'must end in one of \.onnx, \.xml, \.pt2'),
        ('none/x.onnx', {}, 'is not a folder'),
        ('x.onnx', dict(images=[]), 'there is none'),
    ],
)
def test_bad_arguments(path, more, message, tmp_path, backbone):
    with pytest.raises(UserError, match=message):
        export(backbone, tmp_path / path, **{**QUIET, 'images': images(), **more})
    assert not list(tmp_path.iterdir())


def test_a_missing_package_is_named(tmp_path, monkeypatch, backbone):
    import sys

    monkeypatch.setitem(sys.modules, 'onnxscript', None)
    with pytest.raises(UserError, match='onnx needs onnxscript, which cannot be imported: `make'):
        export(backbone, tmp_path / 'x.onnx', images=images(), **QUIET)
