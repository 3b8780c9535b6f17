"""The tool: what it takes, what it says of a fault, and an exported file evaluated as a model."""

import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmdet.structures import DetDataSample
from mmengine.config import Config
from mmengine.registry import MODELS, init_default_scope
from mmseg.structures import SegDataSample
from shipped_configs import LIGHT, LIGHT_SEGMENTER
from tool_process import one_error, run

import res2net_mm
from res2net_mm.deploy.export import exported_model, open_exported
from res2net_mm.deploy.export import int8 as export_int8
from res2net_mm.deploy.export.export_model import export_model
from res2net_mm.deploy.export.exported_model import ExportedModel
from res2net_mm.engine.datasets import use_folder
from res2net_mm.errors import UserError
from res2net_mm.openmmlab.config import load_config
from res2net_mm.openmmlab.trained_model import _classes_of

EXAMPLE = Path(__file__).parents[2] / 'tools' / 'run_exported.py'


@pytest.fixture
def weights(tmp_path):
    torch.manual_seed(0)
    backbone = res2net_mm.build('res2net_light_14w_4s')
    torch.save(backbone.state_dict(), tmp_path / 'light.pth')
    return tmp_path / 'light.pth'


@pytest.mark.slow
def test_a_preset_on_photographs(weights, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = []
    files = export_model('res2net_light_14w_4s', weights, say=said.append)
    assert files == [Path('res2net_light_14w_4s.onnx')]
    assert 'astronaut.png' in said[0]
    assert 'checked: 16 maps of 4 images agree with PyTorch' in said[-1]
    metadata = open_exported(files[0]).metadata
    assert metadata['task'] == 'features'
    assert metadata['normalise']['mean'] == [123.675, 116.28, 103.53]


@pytest.mark.parametrize(
    ('more', 'message'),
    [
        (['--out', 'x.pt2'], 'must end in .onnx'),
        (['--int8'], '--int8 is for whole models'),
        (['--images', 'nowhere'], '--images nowhere is no image and no folder'),
    ],
)
def test_faults_of_a_command_line_are_one_error(more, message, weights, tmp_path):
    result = run('export_model.py', 'res2net_light_14w_4s', weights, *more, cwd=tmp_path)
    assert message in one_error(result)
    assert [file.name for file in tmp_path.iterdir()] == ['light.pth']


@pytest.mark.parametrize(
    ('config', 'first'),
    [
        ('mmdet::retinanet/retinanet_r18_fpn_1x_coco.py', 'person'),
        ('mmseg::fcn/fcn_r18-d8_4xb2-80k_cityscapes-512x1024.py', 'road'),
    ],
)
def test_names_of_classes_are_the_data_sets_where_a_checkpoint_has_none(config, first):
    cfg = load_config(config)
    init_default_scope(cfg.default_scope)
    assert _classes_of(cfg)[0] == first


def test_bad_choices(weights):
    with pytest.raises(UserError, match='--to tflite must be one of onnx, openvino, torch'):
        export_model('res2net_light_14w_4s', weights, to='tflite')
    with pytest.raises(UserError, match='--part neck must be one of model, backbone'):
        export_model('res2net_light_14w_4s', weights, part='neck')


class Fake:
    """An exported file that finds two things in whatever it gets."""

    def __init__(self, task: str) -> None:
        self.metadata = dict(task=task)

    def __call__(self, image):
        if self.metadata['task'] == 'segmentation':
            return dict(labels=np.arange(4).repeat(2).reshape(1, 4, 2).astype(np.int64))
        boxes = np.array([[[2, 4, 6, 8], [0, 0, 0, 0]]], np.float32)
        return dict(boxes=boxes, scores=np.array([[0.5, 0]]), labels=np.array([[3, -1]]))


def test_boxes_go_back_to_the_image_on_disk(monkeypatch):
    monkeypatch.setattr(exported_model, 'open_exported', lambda file: Fake('detection'))
    sample = DetDataSample(metainfo=dict(scale_factor=(2.0, 4.0)))
    image = torch.zeros(3, 8, 8, dtype=torch.uint8)
    (found,) = ExportedModel(file='x').test_step(dict(inputs=[image], data_samples=[sample]))
    assert found.pred_instances.bboxes.tolist() == [[1, 1, 3, 2]]
    assert found.pred_instances.labels.tolist() == [3]


def test_labels_go_back_to_the_image_on_disk(monkeypatch):
    monkeypatch.setattr(exported_model, 'open_exported', lambda file: Fake('segmentation'))
    sample = SegDataSample(metainfo=dict(ori_shape=(8, 6)))
    image = torch.zeros(3, 4, 2, dtype=torch.uint8)
    (found,) = ExportedModel(file='x').test_step(dict(inputs=[image], data_samples=[sample]))
    labels = found.pred_sem_seg.data
    assert labels.shape == (1, 8, 6)
    assert labels[0, :, 0].tolist() == [0, 0, 1, 1, 2, 2, 3, 3]


@pytest.mark.parametrize(
    ('before', 'after', 'message'),
    [
        ({'aAcc': 90.0, 'mIoU': 50.0}, {'aAcc': 80.0, 'mIoU': 48.1}, None),
        ({'aAcc': 90.0, 'mIoU': 50.0}, {'aAcc': 90.0, 'mIoU': 47.9}, 'mIoU from 0.500 to 0.479'),
        ({'coco/bbox_mAP': 0.5}, {'coco/bbox_mAP': 0.47}, 'bbox_mAP from 0.500 to 0.470'),
    ],
)
def test_int8_is_judged_by_ap_or_miou(before, after, message, weights, tmp_path, monkeypatch):
    scores = iter([before, after])
    monkeypatch.setattr(export_int8, 'evaluate', lambda *_, **__: next(scores))
    monkeypatch.setattr(export_int8, 'write_int8', lambda _, out, *, images, judge: judge(out))
    cv2.imwrite(str(tmp_path / 'x.png'), np.zeros((9, 9, 3), np.uint8))
    said = []
    expected = pytest.raises(UserError, match=message) if message else nullcontext()
    with expected:
        export_int8.export_int8(
            tmp_path / 'a.onnx', tmp_path / 'b.onnx', cfg=Config(), say=said.append,
            calibration=[tmp_path / 'x.png'],
        )  # fmt: skip
    assert said[-1].splitlines()[0].split() == ['float32', 'int8', 'change']


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
