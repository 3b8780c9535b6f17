"""Models built from a config with the weights of a checkpoint."""

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from shipped_configs import CONFIGS
from torch import nn

from res2net_mm.errors import UserError
from res2net_mm.openmmlab.config import load_config
from res2net_mm.openmmlab.trained_model import (
    _classes_of,
    find_test_dataset,
    read_settings,
    tensor_differences,
)


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


def test_tensors_that_differ_are_named():
    model = nn.ModuleDict(dict(head=nn.Linear(2, 3), norm=nn.BatchNorm1d(1)))
    state = {f'module.{name}': tensor for name, tensor in model.state_dict().items()}
    assert tensor_differences(model, state) == []
    state['module.head.weight'] = torch.rand(3, 4)
    del state['module.head.bias'], state['module.norm.num_batches_tracked']
    assert tensor_differences(model, state) == [
        'head.weight is (3, 4), not (3, 2)',
        'head.bias is missing',
    ]


def test_the_test_set_is_found_in_its_wrappers():
    leaf = dict(type='CocoDataset', pipeline=[])
    wrapped = dict(type='ConcatDataset', datasets=[dict(type='RepeatDataset', dataset=leaf)])
    cfg = Config(dict(test_dataloader=dict(dataset=wrapped)))
    assert find_test_dataset(cfg) == leaf
    with pytest.raises(UserError, match='no test_dataloader'):
        find_test_dataset(Config(dict(model=dict())))


@pytest.mark.parametrize('file', CONFIGS[::10], ids=lambda file: file.stem)
def test_what_mmengine_writes_into_a_checkpoint_is_read_as_the_config_it_was(file):
    cfg = Config.fromfile(file)
    assert Config(read_settings(cfg.pretty_text)).to_dict() == cfg.to_dict()


def test_every_plain_value_is_read():
    text = "a = dict(b=[1, -2.5, (None, True)], c={'d e': 'f'}, g={1, 2}, h=inf)\nb = ()"
    settings = read_settings(text)
    assert settings == dict(
        a=dict(b=[1, -2.5, (None, True)], c={'d e': 'f'}, g={1, 2}, h=float('inf')), b=()
    )


@pytest.mark.parametrize(
    'text',
    ['import os', 'a = open("x")', 'a = dict(**b)', 'a.b = 1', 'a = b = 1', 'a = [x for x in y]'],
)
def test_code_is_refused_and_not_run(text):
    with pytest.raises(ValueError, match='line 1 '):
        read_settings(text)
