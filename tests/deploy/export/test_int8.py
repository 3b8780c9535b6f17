"""Which layers are quantised; quantised files are judged by the config's evaluation, and run."""

import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import MODELS, init_default_scope
from onnx import helper
from shipped_configs import LIGHT, LIGHT_SEGMENTER

from res2net_mm.data.use_folder import use_folder
from res2net_mm.deploy.export import int8, open_exported
from res2net_mm.deploy.export.export_model import export_model
from res2net_mm.deploy.export.files import SCOPES
from res2net_mm.deploy.export.int8 import _nodes_to_quantise, quantise
from res2net_mm.errors import UserError
from res2net_mm.openmmlab.config import load_config

EXAMPLE = Path(__file__).parents[3] / 'tools' / 'run_exported.py'


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


@pytest.mark.parametrize(
    ('before', 'after', 'message'),
    [
        ({'aAcc': 90.0, 'mIoU': 50.0}, {'aAcc': 80.0, 'mIoU': 48.1}, None),
        ({'aAcc': 90.0, 'mIoU': 50.0}, {'aAcc': 90.0, 'mIoU': 47.9}, 'mIoU from 0.500 to 0.479'),
        ({'coco/bbox_mAP': 0.5}, {'coco/bbox_mAP': 0.47}, 'bbox_mAP from 0.500 to 0.470'),
    ],
)
def test_int8_is_judged_by_ap_or_miou(before, after, message, tmp_path, monkeypatch):
    scores = iter([before, after])
    monkeypatch.setattr(int8, 'evaluate', lambda *_, **__: next(scores))
    monkeypatch.setattr(int8, 'quantise', lambda _, out, images: out.write_bytes(b''))
    cv2.imwrite(str(tmp_path / 'x.png'), np.zeros((9, 9, 3), np.uint8))
    said = []
    expected = pytest.raises(UserError, match=message) if message else nullcontext()
    with expected:
        int8.export_int8(
            tmp_path / 'a.onnx', tmp_path / 'b.onnx', cfg=Config(), say=said.append,
            calibration=[tmp_path / 'x.png'],
        )  # fmt: skip
    assert said[-1].splitlines()[0].split() == ['float32', 'int8', 'change']
    assert (tmp_path / 'b.onnx').exists() == (message is None)


@pytest.mark.slow
@pytest.mark.parametrize(
    ('config', 'to', 'metrics'),
    [
        (LIGHT, 'onnx', [f'coco/bbox_mAP{size}' for size in ('', '_s', '_m', '_l')]),
        (LIGHT_SEGMENTER, 'openvino', ['aAcc', 'mIoU', 'mIoU_s', 'mIoU_m', 'mIoU_l']),
    ],
)
def test_int8_runs_without_pytorch(config, to, metrics, coco_folder, tmp_path, undone):
    cfg = load_config(config, work_dir=tmp_path)
    use_folder(cfg, coco_folder)
    for loader in (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader):
        loader.num_workers, loader.persistent_workers = 0, False
    torch.manual_seed(0)
    init_default_scope(cfg.default_scope)
    if config == LIGHT:
        cfg.model.test_cfg.rcnn.score_thr = 0.0
    model = MODELS.build(cfg.model)
    torch.save(dict(state_dict=model.state_dict()), tmp_path / 'random.pth')
    cfg.dump(tmp_path / 'config.py')
    said = []
    out = tmp_path / {'onnx': 'x.onnx', 'openvino': 'x.xml'}[to]
    export_model(
        str(tmp_path / 'config.py'), tmp_path / 'random.pth', to=to, out=out, int8=True,
        say=said.append, max_drop=1,
    )  # fmt: skip
    assert 'calibrating on 8 images' in said
    table = said[-1].splitlines()
    assert table[0].split() == ['float32', 'int8', 'change']
    assert {row.split()[0] for row in table} >= set(metrics)
    metadata = open_exported(out).metadata
    assert metadata['precision'] == 'int8'
    image = next(iter(sorted((coco_folder / 'val2017').iterdir())))
    blocked = (
        'import runpy, sys; sys.modules.update(dict.fromkeys(("torch", "mmengine", "mmcv")))\n'
        'del sys.argv[0]; runpy.run_path(sys.argv[0], run_name="__main__")'
    )
    command = [sys.executable, '-c', blocked, EXAMPLE, out, image]
    command += ['--score', '0', '--out', tmp_path / 'p.png']
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr
    name, *rest = done.stdout.splitlines()[0].split()
    assert name in metadata['classes']
    assert len(rest) == 5 or rest[1:] == ['of', 'the', 'pixels']  # a score and corners, or a share
    assert cv2.imread(str(tmp_path / 'p.png')).shape == cv2.imread(str(image)).shape
