"""Configs of MMPretrain are pointed at a folder: data sets, head, preprocessor, metrics."""

import os

import mmpretrain
import pytest
from class_folders import write_classes
from mmengine.config import Config
from mmengine.registry import DATASETS, MODELS, init_default_scope

from res2net_mm.data import draw_object_set, recognise_classes, set_classes
from res2net_mm.errors import UserError

CONFIGS = os.path.join(os.path.dirname(mmpretrain.__file__), '.mim/configs')


def config(name):
    return Config.fromfile(f'{CONFIGS}/{name}')


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp('set')
    return recognise_classes(write_classes(root / 'pets', ('cat', 'dog', 'owl')), root / 'out')


@pytest.mark.parametrize(
    'name',
    [
        'resnet/resnet18_8xb32_in1k.py',
        'resnet/resnet50_8xb256-rsb-a3-100e_in1k.py',  # Mixup and CutMix of one-hot labels
        'res2net/res2net50-w26-s8_8xb32_in1k.py',
        'resnet/resnet18_8xb16_cifar10.py',  # pixels in memory
        'resnet/resnet50_8xb16_cifar100.py',
    ],
)
def test_data_sets_and_models_build_and_lose(name, folder):
    cfg = config(name)
    changes = set_classes(cfg, folder)
    init_default_scope('mmpretrain')
    dataset = DATASETS.build(cfg.train_dataloader.dataset)
    assert len(dataset) == 15
    assert dataset.metainfo['classes'] == ('cat', 'dog', 'owl')
    for index in (0, 14):
        info = dataset.get_data_info(index)
        assert folder.classes[info['gt_label']] in info['img_path']
    cfg.model.backbone.update(type='ResNet', depth=18, style='pytorch')
    for key in ('scales', 'base_width', 'deep_stem', 'avg_down', 'init_cfg'):
        cfg.model.backbone.pop(key, None)
    if cfg.model.head.get('in_channels') == 2048:
        cfg.model.head.in_channels = 512
    preprocessor = cfg.get('data_preprocessor') or {}
    given = cfg.model.get('data_preprocessor') or {}
    model = MODELS.build({**cfg.model, 'data_preprocessor': {**preprocessor, **given}})
    samples = [dataset[index] for index in (0, 5, 14, 7)]
    batch = {key: [sample[key] for sample in samples] for key in samples[0]}
    batch = model.data_preprocessor(batch, training=True)
    assert float(model.loss(**batch)['loss']) > 0
    assert model.head.num_classes == 3
    assert any(line.startswith('train_dataloader: 15 images') for line in changes)
    assert cfg.val_evaluator.topk == (1,)
    assert cfg.val_dataloader.dataset.ann_file != cfg.train_dataloader.dataset.ann_file


def test_cifar_pipelines_read_files_and_channels_turn(folder):
    cfg = config('resnet/resnet18_8xb16_cifar10.py')
    set_classes(cfg, folder)
    steps = cfg.val_dataloader.dataset.pipeline
    assert [step['type'] for step in steps] == ['LoadImageFromFile', 'Resize', 'PackInputs']
    assert cfg.data_preprocessor.to_rgb is True
    init_default_scope('mmpretrain')
    sample = DATASETS.build(cfg.val_dataloader.dataset)[0]
    assert sample['inputs'].shape == (3, 32, 32)


def test_top_k_and_counts_of_metrics(folder):
    cfg = config('resnet/resnet18_8xb32_in1k.py')
    cfg.val_evaluator = [
        dict(type='Accuracy', topk=(1, 2, 5)), dict(type='SingleLabelMetric', num_classes=1000),
        dict(type='RetrievalRecall', topk=5),
    ]  # fmt: skip
    cfg.model.head.topk = (1, 5)
    changes = set_classes(cfg, folder)
    kept = cfg.val_evaluator
    assert [(m['type'], m.get('topk'), m.get('num_classes')) for m in kept] == [
        ('Accuracy', (1, 2), None), ('SingleLabelMetric', None, 3),
    ]  # fmt: skip
    assert cfg.model.head.topk == (1,)
    assert 'model.head.num_classes: 1000 -> 3' in changes
    assert 'data_preprocessor.num_classes: 1000 -> 3' in changes


def test_sizes_of_objects_are_the_folders_own(folder, tmp_path):
    root = draw_object_set(tmp_path / 'set', train_images=20, val_images=40)
    cfg = config('resnet/resnet18_8xb32_in1k.py')
    cfg.val_evaluator = dict(type='res2net_mm.AccuracyMetric', sizes='elsewhere.csv')
    set_classes(cfg, recognise_classes(root, tmp_path / 'out'))
    assert cfg.val_evaluator.sizes == str(root / 'objects.csv')
    set_classes(cfg, folder)
    assert cfg.val_evaluator.sizes is None


def test_metrics_of_other_tasks_become_accuracy(folder):
    cfg = config('resnet/resnet18_8xb32_in1k.py')
    cfg.test_evaluator = dict(type='RetrievalRecall', topk=5)
    set_classes(cfg, folder)
    assert cfg.test_evaluator == dict(type='res2net_mm.AccuracyMetric', sizes=None)


def test_wrappers_stay(folder):
    cfg = config('resnet/resnet18_8xb32_in1k.py')
    inner = cfg.train_dataloader.dataset
    cfg.train_dataloader.dataset = dict(type='RepeatDataset', times=3, dataset=inner)
    set_classes(cfg, folder)
    init_default_scope('mmpretrain')
    assert len(DATASETS.build(cfg.train_dataloader.dataset)) == 45


def test_heads_of_several_labels_are_refused_and_nothing_changes(folder):
    cfg = config('resnet/resnet18_8xb32_in1k.py')
    cfg.model.head.type = 'MultiLabelLinearClsHead'
    before = cfg.pretty_text
    with pytest.raises(UserError, match='MultiLabelLinearClsHead does not predict one class'):
        set_classes(cfg, folder)
    assert cfg.pretty_text == before


def test_other_models_are_refused(folder):
    with pytest.raises(UserError, match='trains no classifier'):
        set_classes(Config(dict(model=dict(type='FCOS'), train_dataloader=dict())), folder)
