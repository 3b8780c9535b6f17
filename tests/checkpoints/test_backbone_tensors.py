from collections import OrderedDict

import pytest
import torch

from res2net_mm.checkpoints import DIALECTS
from res2net_mm.checkpoints.backbone_tensors import backbone_tensors
from res2net_mm.errors import UserError

NECK = {'neck.lateral_convs.0.conv.weight': torch.rand(2)}


def prefixed(state, prefix):
    return {prefix + name: tensor for name, tensor in state.items()}


def in_dialect(name, state):
    """Return the backbone of an official state dict in another dialect."""
    backbone = {k: v for k, v in state.items() if not k.startswith('fc.')}
    return DIALECTS[name].from_official(backbone)


@pytest.mark.parametrize(
    'wrap',
    [
        lambda state: state,
        lambda state: dict(state_dict=state, meta=dict(epoch=3), optimizer={}),
        lambda state: dict(model=state, iteration=7),
        lambda state: dict(model=dict(state_dict=state)),
        lambda state: dict(ema_state_dict=prefixed(state, 'module.'), steps=torch.tensor(1)),
    ],
)
@pytest.mark.parametrize('prefix', ['', 'module.', 'backbone.', 'module.backbone.', '_orig_mod.'])
def test_whatever_it_is_wrapped_in(weights, wrap, prefix):
    state = weights()
    found = backbone_tensors(wrap(prefixed(state, prefix)))
    assert found.prefix.endswith(prefix)
    assert list(found.state) == list(state)


@pytest.mark.parametrize('prefix', ['backbone.', 'module.backbone.', 'student.backbone.'])
def test_the_rest_of_a_detector_is_no_part_of_it(weights, prefix):
    state = in_dialect('mmdet', weights())
    found = backbone_tensors({**prefixed(state, prefix), **NECK})
    assert found.dialect.name == 'mmdet'
    assert found.block_rule == 'mmdet'
    assert len(found.state) == len(state)


def test_mmpretrain_is_known_by_its_head_where_the_names_are_official(weights):
    state = in_dialect('official', weights('res2net_light_26w_4s'))
    head = {'head.fc.weight': torch.rand(10, 8)}
    assert backbone_tensors({**prefixed(state, 'backbone.'), **head}).dialect.name == 'mmpretrain'
    assert backbone_tensors(prefixed(state, 'backbone.')).dialect.name == 'official'


def test_an_argument_decides(weights):
    state = weights('res2net_light_26w_4s')
    assert backbone_tensors(state, dialect='mmdet').block_rule == 'mmdet'
    with pytest.raises(UserError, match='unknown'):
        backbone_tensors(state, dialect='mmdetection')


def test_several_backbones_want_a_name(weights):
    state = weights()
    two = {**prefixed(state, 'student.backbone.'), **prefixed(state, 'teacher.backbone.')}
    with pytest.raises(UserError, match=r"prefix=: 'student\.backbone\.', 'teacher\.backbone\.'"):
        backbone_tensors(two)
    for prefix in ('teacher.backbone.', 'teacher.backbone'):
        assert backbone_tensors(two, prefix=prefix).prefix == 'teacher.backbone.'
    with pytest.raises(UserError, match='begins with'):
        backbone_tensors(two, prefix='backbone')


def test_a_stored_rule_comes_before_the_names(weights):
    state = OrderedDict(prefixed(weights(), 'backbone.'))
    state._metadata = OrderedDict(backbone=dict(version=1, block_rule='paddle'))
    assert backbone_tensors(state).block_rule == 'paddle'
    assert backbone_tensors(dict(state_dict=state)).block_rule == 'paddle'


@pytest.mark.parametrize(
    ('state', 'message'),
    [
        ({}, 'no tensors'),
        (dict(meta=1), 'no tensors'),
        (NECK, 'no Res2Net.*neck'),
        ({'backbone.layer1.0.conv2.weight': torch.rand(1)}, 'plain ResNet'),
    ],
)
def test_what_holds_no_res2net(state, message):
    with pytest.raises(UserError, match=message):
        backbone_tensors(state)


def test_dla_follows_its_own_rule():
    state = {'level2.tree1.convs.0.weight': torch.rand(1), 'base_layer.0.weight': torch.rand(1)}
    assert backbone_tensors(state).block_rule == 'dla'
