"""The command that exports: what it takes, what it writes, what it says of a fault."""

import json
from pathlib import Path

import pytest
import torch
from class_folders import write_classes
from mmengine.config import Config
from mmengine.registry import MODELS
from tool_process import one_error, run

import res2net_mm
from res2net_mm.deploy.export import open_exported
from res2net_mm.deploy.export.export_model import export_model
from res2net_mm.engine.evaluate import evaluate
from res2net_mm.errors import UserError
from res2net_mm.prediction import Predictor


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
        (['--images', 'nowhere'], '--images nowhere is neither an image nor a folder'),
    ],
)
def test_faults_of_a_command_line_are_one_error(more, message, weights, tmp_path):
    result = run('export_model.py', 'res2net_light_14w_4s', weights, *more, cwd=tmp_path)
    assert message in one_error(result)
    assert [file.name for file in tmp_path.iterdir()] == ['light.pth']


def test_bad_choices(weights):
    with pytest.raises(UserError, match="to='tflite' must be one of onnx, openvino, torch"):
        export_model('res2net_light_14w_4s', weights, to='tflite')
    with pytest.raises(UserError, match="part='neck' must be one of model, backbone"):
        export_model('res2net_light_14w_4s', weights, part='neck')


@pytest.fixture(scope='module')
def classifier(tmp_path_factory):
    """A folder of drawn images and the checkpoint of a small random classifier of two classes."""
    root = tmp_path_factory.mktemp('classifier')
    write_classes(root / 'data', classes=('cat', 'dog'), splits=('train', 'val'))
    light = dict(stage_blocks=(1, 1, 1, 1), base_channels=32, base_width=14)
    network = dict(
        type='ImageClassifier',
        backbone=dict(type='res2net_mm.Res2Net', out_indices=(3,), **light),
        neck=dict(type='GlobalAveragePooling'),
        head=dict(type='LinearClsHead', num_classes=2, in_channels=1024),
    )
    norm = dict(mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], to_rgb=True)
    steps = [
        dict(type='LoadImageFromFile'),
        dict(type='ResizeEdge', scale=48, edge='short', backend='pillow'),
        dict(type='CenterCrop', crop_size=40),
        dict(type='PackInputs'),
    ]
    dataset = dict(type='CustomDataset', metainfo=dict(classes=('cat', 'dog')), pipeline=steps)
    dataset |= dict(data_root=str(root / 'data'), data_prefix='val')
    loader = dict(batch_size=3, num_workers=0, dataset=dataset)
    loader['sampler'] = dict(type='DefaultSampler', shuffle=False)
    cfg = Config(
        dict(
            default_scope='mmpretrain',
            data_preprocessor=norm,
            model=network,
            test_dataloader=loader,
            test_cfg=dict(),
            test_evaluator=dict(type='res2net_mm.AccuracyMetric'),
        )
    )
    cfg.dump(root / 'config.py')
    torch.manual_seed(0)
    with MODELS.switch_scope_and_registry('mmpretrain') as models:
        model = models.build(network)
    model.init_weights()
    torch.nn.init.normal_(model.head.fc.weight, std=0.02)
    meta = dict(dataset_meta=dict(classes=('cat', 'dog')))
    torch.save(dict(state_dict=model.state_dict(), meta=meta), root / 'weights.pth')
    return root


def test_a_classifier_is_exported_predicts_and_is_tested(classifier, tmp_path, undone):
    said = []
    config, weights = classifier / 'config.py', classifier / 'weights.pth'
    (file,) = export_model(config, weights, out=tmp_path / 'x.onnx', say=said.append)
    assert 'checked: 8 scores of 4 images agree with PyTorch' in said[-1]
    metadata = open_exported(file).metadata
    assert metadata['classes'] == ['cat', 'dog']
    assert [step['type'] for step in metadata['preparation']] == ['ResizeEdge', 'CenterCrop']
    assert metadata['open_in'] == 'batch, at 40x40 px alone'

    images = sorted((classifier / 'data/val').rglob('*.png'))
    of_model = Predictor(weights, config, device='cpu')
    of_file = Predictor(file)
    assert of_file.classifies
    for image in images:
        expected, found = of_model(image).pred_score, of_file(image).pred_score
        assert 0.01 < expected[0] < 0.99
        torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)

    scores = [evaluate(config, x, work_dir=tmp_path / 'work') for x in (weights, file)]
    assert scores[0] == pytest.approx(scores[1])

    output = run('run_exported.py', file, images[0], cwd=tmp_path).stdout.split()
    by_name = dict(zip(output[::2], map(float, output[1::2]), strict=True))
    expected = of_model(images[0]).pred_score.tolist()
    assert [by_name['cat'], by_name['dog']] == pytest.approx(expected, abs=1e-3)


def test_steps_that_a_file_cannot_name_are_refused(classifier, tmp_path):
    with pytest.raises(UserError, match='the step ColorTransform of the test pipeline cannot be'):
        export_model(
            classifier / 'config.py',
            classifier / 'weights.pth',
            out=tmp_path / 'x.onnx',
            cfg_options={'test_dataloader.dataset.pipeline.2': dict(type='ColorTransform')},
        )
    assert not list(tmp_path.iterdir())


def test_thresholds_by_size_are_for_detectors(classifier, tmp_path):
    best = [dict(bin='all', limits=[0, None], by='area', score=0.4)]
    (tmp_path / 'a.json').write_text(json.dumps(dict(bbox=dict(thresholds=best))))
    with pytest.raises(UserError, match=r'thresholds=.* is for detectors'):
        export_model(
            classifier / 'config.py',
            classifier / 'weights.pth',
            out=tmp_path / 'x.onnx',
            thresholds=tmp_path / 'a.json',
        )


def test_a_shipped_config_is_named_without_suffix(tmp_path):
    with pytest.raises(UserError, match=r'nowhere\.pth'):
        export_model('r2n_light_demo', tmp_path / 'nowhere.pth')
