"""Averaged weights are named, and taken where that is asked for."""

from collections import OrderedDict

import pytest
import torch
from mmengine.hooks import EMAHook
from mmengine.model import ExponentialMovingAverage
from small_weights import holds

from res2net_mm.backbones import Res2Net
from res2net_mm.checkpoints import convert_checkpoint, load_weights, read_checkpoint
from res2net_mm.checkpoints.averaged import averaged_weights, choose_weights
from res2net_mm.errors import UserError

V1 = 'res2net_light_26w_4s'
TRAINED, MEAN = {'a': torch.ones(1)}, {'a': torch.zeros(1)}


@pytest.mark.parametrize(
    ('trained', 'averaged'),
    [
        ('state_dict', 'state_dict_ema'),
        ('model', 'model_ema'),
        ('state_dict', 'ema_state_dict'),
        ('model', 'ema'),
    ],
)
def test_the_trained_weights_are_the_default_and_the_averaged_are_named(trained, averaged):
    checkpoint = {trained: TRAINED, averaged: MEAN}
    assert averaged_weights(checkpoint) == (averaged, MEAN)
    said = f"averaged weights ({averaged}) not taken: weights='ema' takes them"
    assert choose_weights(checkpoint, None, 'a.pth') == (checkpoint, said)
    taken = MEAN, f'averaged weights, of {averaged}'
    assert choose_weights(checkpoint, 'ema', 'a.pth') == taken
    assert choose_weights({averaged: MEAN, 'epoch': 3}, None, 'a.pth') == taken


def test_a_file_without_averaged_weights_says_what_it_has():
    assert choose_weights({'state_dict': TRAINED, 'ema': None}, None, 'a.pth')[1] == ''
    with pytest.raises(
        UserError, match=r'a\.pth holds no averaged weights .* has state_dict, meta$'
    ):
        choose_weights({'state_dict': TRAINED, 'meta': {}}, 'ema', 'a.pth')
    with pytest.raises(UserError, match="weights='mean' must be one of None, ema"):
        choose_weights({'state_dict': TRAINED}, 'mean', 'a.pth')


@pytest.mark.parametrize('weights', [None, 'ema'])
def test_of_mmengines_hook_the_average_is_taken(weights):
    """The hook itself fills the checkpoint, so that a change in it is noticed."""
    model = torch.nn.Linear(1, 1)
    hook = EMAHook()
    hook.src_model, hook.ema_model = model, ExponentialMovingAverage(model)
    with torch.no_grad():
        model.weight.fill_(1)
        hook.ema_model.module.weight.fill_(0)
    checkpoint = dict(state_dict=OrderedDict(model.state_dict()))
    hook.before_save_checkpoint(None, checkpoint)
    chosen, said = choose_weights(checkpoint, weights, 'a.pth')
    assert chosen['state_dict']['weight'].item() == 0
    assert said == "averaged weights, as MMEngine's EMAHook saves them"


def test_a_backbone_is_loaded_and_converted_from_either(weights, save, tmp_path):
    state = weights(V1)
    mean = OrderedDict((f'module.{name}', tensor * 2) for name, tensor in state.items())
    path, net = save(dict(model=state, model_ema=mean)), Res2Net(preset=V1)
    assert '; averaged weights (model_ema) not taken: ' in str(load_weights(net, path))
    assert holds(net, state)
    report = load_weights(net, path, weights='ema')
    assert (report.averaged, report.loaded) == ('averaged weights, of model_ema', report.total)
    doubled = {name: tensor * 2 for name, tensor in state.items()}
    assert holds(net, doubled)
    convert_checkpoint(path, tmp_path / 'b.pth', to='official', weights='ema')
    assert torch.equal(read_checkpoint(tmp_path / 'b.pth')['bn1.bias'], doubled['bn1.bias'])
    built = Res2Net(
        preset=V1, init_cfg=dict(type='Pretrained', checkpoint=str(path), weights='ema')
    )
    built.init_weights()
    assert holds(built, doubled)
