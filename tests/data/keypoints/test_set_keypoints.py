"""Configs of pose estimators pointed at a folder."""

import copy

import pytest
from mmengine.config import Config
from people_folders import write_people
from shipped_configs import ROOT

from res2net_mm.data import recognise_keypoints, set_keypoints
from res2net_mm.data.use_folder import use_folder
from res2net_mm.errors import UserError
from res2net_mm.openmmlab.config import load_config

CONFIG = ROOT / 'configs/simplebaseline_r2n50_coco_256x192.py'


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp('people')
    return recognise_keypoints(write_people(root / 'set'), root / 'out')


@pytest.fixture
def cfg():
    return load_config(CONFIG)


def test_every_dataset_and_metric_reads_the_folder(cfg, folder):
    before = copy.deepcopy(cfg.train_dataloader.dataset.pipeline)
    changes = '\n'.join(set_keypoints(cfg, folder))
    for split, name in (('train', 'train'), ('val', 'val'), ('test', 'val')):
        dataset = cfg[f'{split}_dataloader'].dataset
        assert dataset.ann_file == str(folder.splits[name].ann_file)
        assert dataset.data_prefix.img == str(folder.root / f'{name}2017')
        assert dataset.get('bbox_file') is None
        assert dataset.data_mode == 'topdown'
    assert cfg.train_dataloader.dataset.pipeline == before
    assert cfg.val_evaluator.ann_file == cfg.test_evaluator.ann_file
    assert cfg.val_evaluator.ann_file == str(folder.splits['val'].ann_file)
    assert 'train_dataloader: 3 images' in changes
    assert 'annotated boxes in place of data/coco/person_detection_results' in changes


def test_other_metrics_give_way(cfg, folder):
    cfg.val_evaluator = [dict(type='PCKAccuracy'), dict(type='AUC')]
    set_keypoints(cfg, folder)
    (metric,) = cfg.val_evaluator
    assert metric.type == 'res2net_mm.KeypointMetric'


def test_a_head_of_other_keypoints_is_refused(cfg, folder):
    cfg.model.head.out_channels = 16
    before = copy.deepcopy(cfg.to_dict())
    with pytest.raises(UserError, match=r"predicts out_channels=16 .* have COCO's 17"):
        set_keypoints(cfg, folder)
    assert cfg.to_dict() == before


def test_other_models_are_refused(folder):
    with pytest.raises(UserError, match='trains no pose estimator'):
        set_keypoints(Config(dict(model=dict(type='FasterRCNN'), train_dataloader={})), folder)


def test_options_of_label_maps_are_refused(cfg, folder, tmp_path):
    cfg.work_dir = str(tmp_path)
    with pytest.raises(UserError, match='are for label maps: this is a pose estimator'):
        use_folder(cfg, folder.root, classes=['person'])


def test_images_without_people_are_refused_to_test_on_too(cfg, folder, tmp_path):
    cfg.work_dir = str(tmp_path)
    with pytest.raises(UserError, match='holds no keypoints in a known layout'):
        use_folder(cfg, folder.root / 'val2017', training=False)
