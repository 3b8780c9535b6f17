"""Nested settings are read and changed in one way."""

import pytest
from mmengine.config import Config
from torch.nn import BatchNorm2d

from res2net_mm.errors import UserError
from res2net_mm.openmmlab.edit import (
    CLASSIFIER,
    DETECTOR,
    POSE_ESTIMATOR,
    SEGMENTER,
    class_of,
    data_settings,
    detects_salient_objects,
    dotted,
    leaf_datasets,
    look_up,
    make_palette,
    map_values,
    model_kind,
    plain,
    replace_dataset,
    type_name,
    walk,
    walk_paths,
)

MODEL = dict(
    type='mmdet.RetinaNet', neck=[dict(type='FPN', num=1), dict(type=BatchNorm2d, pair=(1, [2]))]
)


def test_a_config_that_is_scored_on_masks_detects_salient_objects():
    metric = dict(type='res2net_mm.SaliencySizeMetric')
    assert detects_salient_objects(Config(dict(test_evaluator=metric)))
    assert detects_salient_objects(Config(dict(val_evaluator=[dict(type='IoUMetric'), metric])))
    assert not detects_salient_objects(Config(dict(val_evaluator=dict(type='IoUMetric'))))
    assert not detects_salient_objects(Config(dict(test_evaluator=[])))


def test_a_walk_meets_every_mapping_with_its_path():
    assert [dotted(path) for path, _ in walk_paths(MODEL, ('model',))] == [
        'model',
        'model.neck[0]',
        'model.neck[1]',
    ]
    assert [type_name(part) for part in walk(MODEL)] == ['RetinaNet', 'FPN', 'BatchNorm2d']
    assert [path for path, _ in walk_paths(MODEL, skip=lambda key: key == 'neck')] == [()]


def test_what_lies_at_a_path():
    cfg = Config(dict(model=MODEL))
    assert look_up(cfg, ('model', 'neck', 0, 'num')) == 1
    assert look_up(cfg, ('model', 'neck', 2)) is None
    assert look_up(cfg, ('model', 'neck', 'num'), 'nothing') == 'nothing'


def test_values_are_mapped_into_a_copy():
    doubled = map_values(dict(a=[1, (2, 3)], b=dict(c=4, d=5)), lambda x: 2 * x, without='d')
    assert doubled == dict(a=[2, (4, 6)], b=dict(c=8))


def test_settings_as_a_file_writes_them():
    assert plain(dict(type=BatchNorm2d, _scope_='mmdet', size=(1,))) == dict(type='BN', size=(1,))


def test_the_class_of_settings():
    assert class_of(dict(type=BatchNorm2d), 'mmengine') is BatchNorm2d
    assert class_of(dict(type='BN'), 'mmengine') is BatchNorm2d
    with pytest.raises(UserError, match="'Nothing' is not registered"):
        class_of(dict(type='Nothing'), 'mmengine')


def test_datasets_in_wrappers():
    first, second = dict(type='CocoDataset', indices=3, data_root='a'), dict(type='CocoDataset')
    joined = dict(type='ConcatDataset', datasets=[first, dict(type='Repeat', dataset=second)])
    assert list(leaf_datasets(joined)) == [first, second]
    assert replace_dataset(joined, dict(type='New')) == dict(type='New', indices=3)
    repeated = dict(type='Repeat', times=2, dataset=first)
    new = replace_dataset(repeated, dict(type='New'))
    assert new == dict(type='Repeat', times=2, dataset=dict(type='New', indices=3))


def test_parts_of_a_config():
    cfg = Config(dict(model=dict(decode_head=dict(type='FCNHead')), val_evaluator=None))
    cfg.train_dataloader = dict(dataset=dict())
    assert data_settings(cfg) == ['model', 'train_dataloader']


@pytest.mark.parametrize(
    ('model', 'kind'),
    [
        (dict(type='EncoderDecoder', decode_head=dict(type='FCNHead')), SEGMENTER),
        (dict(type='CascadeEncoderDecoder', decode_head=[dict(type='FCNHead')]), SEGMENTER),
        (dict(type='ImageClassifier', head=dict(type='LinearClsHead')), CLASSIFIER),
        (dict(type='mmpretrain.TimmClassifier', model_name='resnet50'), CLASSIFIER),
        (dict(type='mmpose.TopdownPoseEstimator', head=dict(type='HeatmapHead')), POSE_ESTIMATOR),
        (dict(type='FasterRCNN', roi_head=dict()), DETECTOR),
        (dict(type='SoftTeacher', detector=dict(type='FasterRCNN')), DETECTOR),
        (None, DETECTOR),
    ],
)
def test_the_kind_of_a_model(model, kind):
    assert model_kind(Config(dict(model=model))) == kind


def test_colours_differ():
    assert len(set(make_palette(30))) == 30
