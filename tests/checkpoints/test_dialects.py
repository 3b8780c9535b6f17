"""Names of every publisher become official ones and back."""

import pytest
import torch

from res2net_mm.checkpoints import DIALECTS
from res2net_mm.checkpoints.dialects import Renaming, find_dialect, recognise
from res2net_mm.errors import UserError


def test_numbers_may_be_counted_from_elsewhere():
    names = Renaming((('a{l}.{b}.{p}', 'x{l+1}_{b-1}.{p}'),))
    assert names.second('a1.5.weight.data') == 'x2_4.weight.data'
    assert names.first('x2_4.weight.data') == 'a1.5.weight.data'
    assert names.first('b1.5.weight') == 'b1.5.weight'


# Official name -> the publisher's, as its code has it.
V1B = {
    'mmdet': {
        'conv1.0.weight': 'stem.0.weight',
        'conv1.4.running_mean': 'stem.4.running_mean',
        'conv1.6.weight': 'stem.6.weight',
        'bn1.num_batches_tracked': 'stem.7.num_batches_tracked',
        'layer3.22.convs.1.weight': 'layer3.22.convs.1.weight',
    },
    'mmpretrain': {
        'conv1.0.weight': 'stem.0.conv.weight',
        'conv1.1.bias': 'stem.0.bn.bias',
        'conv1.3.weight': 'stem.1.conv.weight',
        'conv1.4.running_var': 'stem.1.bn.running_var',
        'conv1.6.weight': 'stem.2.conv.weight',
        'bn1.weight': 'stem.2.bn.weight',
        'layer1.0.downsample.2.bias': 'layer1.0.downsample.2.bias',
    },
    'detectron2': {
        'conv1.0.weight': 'stem.conv1.0.weight',
        'bn1.weight': 'stem.bn1.weight',
        'layer1.0.conv1.weight': 'res2.0.conv1.weight',
        'layer4.2.bn1.running_mean': 'res5.2.conv1.norm.running_mean',
        'layer2.1.bn3.bias': 'res3.1.conv3.norm.bias',
        'layer1.0.convs.2.weight': 'res2.0.convs.2.weight',
        'layer1.0.bns.2.weight': 'res2.0.bns.2.weight',
        'layer1.0.downsample.1.weight': 'res2.0.shortcut.1.weight',
        'layer1.0.downsample.2.bias': 'res2.0.shortcut.1.norm.bias',
    },
    'paddle': {
        'conv1.0.weight': 'conv1_1._conv.weight',
        'conv1.4.running_mean': 'conv1_2._batch_norm._mean',
        'bn1.running_var': 'conv1_3._batch_norm._variance',
        'layer1.0.conv1.weight': 'bb_0_0.conv0._conv.weight',
        'layer3.22.convs.1.weight': 'bb_2_22.res4b22_branch2b_2._conv.weight',
        'layer3.0.bns.0.bias': 'bb_2_0.res4a_branch2b_1._batch_norm.bias',
        'layer4.2.bn3.weight': 'bb_3_2.conv2._batch_norm.weight',
        'layer2.0.downsample.1.weight': 'bb_1_0.short._conv.weight',
        'layer2.0.downsample.2.bias': 'bb_1_0.short._batch_norm.bias',
    },
    'paddledetection': {
        'conv1.0.weight': 'res1.conv1_1.conv.weight',
        'bn1.running_mean': 'res1.conv1_3.norm._mean',
        'layer1.0.conv1.weight': 'res2.blocks.0.branch2a.conv.weight',
        'layer4.2.bns.1.running_var': 'res5.blocks.2.branch2b.1.norm._variance',
        'layer2.0.downsample.0.weight': 'res3.blocks.0.branch1.conv.weight',
    },
}
V1 = {
    'mmdet': {'conv1.weight': 'conv1.weight', 'bn1.bias': 'bn1.bias'},
    'mmpretrain': {
        'conv1.weight': 'conv1.weight',
        'layer1.0.downsample.0.weight': 'layer1.0.downsample.0.weight',
    },
    'maskrcnn-benchmark': {
        'conv1.weight': 'stem.conv1.weight',
        'bn1.running_var': 'stem.bn1.running_var',
        'layer1.0.bn1.weight': 'layer1.0.bn1.weight',
    },
    'paddle': {
        'conv1.weight': 'conv1._conv.weight',
        'bn1.running_mean': 'conv1._batch_norm._mean',
        'layer2.0.downsample.0.weight': 'bb_1_0.short._conv.weight',
        'layer2.0.downsample.1.bias': 'bb_1_0.short._batch_norm.bias',
    },
}
TABLES = [(d, names) for tables in (V1B, V1) for d, names in tables.items()]


@pytest.mark.parametrize(('dialect', 'names'), TABLES)
def test_every_name_of_a_publisher_has_its_official_name(dialect, names):
    theirs = {name: torch.zeros(1) for name in names.values()}
    assert list(DIALECTS[dialect].to_official(theirs)) == list(names)


@pytest.mark.parametrize(('dialect', 'names'), TABLES)
def test_the_inverse_is_the_inverse(dialect, names):
    ours = {name: torch.zeros(1) for name in names}
    if DIALECTS[dialect].writable:
        assert list(DIALECTS[dialect].from_official(ours)) == list(names.values())
    else:
        with pytest.raises(UserError, match='read, not written'):
            DIALECTS[dialect].from_official(ours)


@pytest.mark.parametrize(('dialect', 'names'), V1B.items())
def test_names_tell_the_dialect(dialect, names):
    assert recognise(names.values()).name == dialect


def test_official_timm_and_mmpretrain_names_are_the_same_with_the_7x7_stem():
    assert recognise(['conv1.weight', 'layer1.0.convs.0.weight']).name == 'official'
    same = {DIALECTS[name].block_rule for name in ('official', 'timm', 'mmpretrain')}
    assert same == {'official'}


def test_paddles_classifier_is_stored_the_other_way_round():
    weight = torch.rand(2048, 10)
    official = DIALECTS['paddle'].to_official({'out.weight': weight, 'out.bias': weight[0]})
    assert torch.equal(official['fc.weight'], weight.T)
    assert torch.equal(official['fc.bias'], weight[0])


@pytest.mark.parametrize('dialect', [name for name, d in DIALECTS.items() if d.writable])
@pytest.mark.parametrize('preset', ['res2net_light_26w_4s', 'res2net_light_v1b_26w_4s'])
def test_there_and_back_again(weights, dialect, preset):
    state = weights(preset)
    back = DIALECTS[dialect].to_official(DIALECTS[dialect].from_official(state))
    assert list(back) == list(state)
    assert all(back[name] is state[name] for name in state)


def test_unknown_dialect_is_refused_with_the_known_ones():
    with pytest.raises(UserError, match=r"'caffe2' is unknown.*mmdet, mmpretrain"):
        find_dialect('caffe2')
