"""Accelerated layers compute what the plain ones do, in every memory mode."""

import copy
import pickle

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from res2net_mm import Res2Net, Res2NetDLA
from res2net_mm.acceleration import accelerate, to_fast_layout
from res2net_mm.acceleration.accelerated import (
    AcceleratedBottle2neck,
    AcceleratedHierarchicalConv,
    AcceleratedRoot,
    AcceleratedSequential,
)
from res2net_mm.acceleration.memory_modes import KEEP_ALL, RECOMPUTE_ALL, RECOMPUTE_NORMS
from res2net_mm.layers import Bottle2neck, HierarchicalConv, Root, build_shortcut

NORM = dict(type='BN')
SMALL = dict(stage_blocks=(1, 1), base_channels=8, base_width=32, scales=3)
PLUGIN = dict(cfg=dict(type='ContextBlock', ratio=0.25), position='after_conv2')


def make_plain(*, first=True, **more) -> Bottle2neck:
    shortcut = build_shortcut(8, 16, stride=1, avg_down=False, norm_cfg=NORM)
    return Bottle2neck(8, 16, 3, 4, first=first, block_rule='official', shortcut=shortcut, **more)


def make_block(**more) -> AcceleratedBottle2neck:
    return accelerate(make_plain(**more))


LAYERS = dict(
    block=(make_plain, (2, 8, 6, 7)),
    se=(lambda: make_plain(se=4), (2, 8, 6, 7)),
    plugin=(lambda: make_plain(plugins=[PLUGIN]), (2, 8, 6, 7)),
    conv=(lambda: HierarchicalConv(2, 4), (2, 8, 6, 7)),
    root=(lambda: Root(8, 4, conv_cfg=None, norm_cfg=NORM), (2, 8, 6, 7)),
    shortcut=(lambda: build_shortcut(8, 6, stride=2, avg_down=True, norm_cfg=NORM), (2, 8, 6, 7)),
)


@pytest.mark.parametrize('mode', ['train', 'eval'])
@pytest.mark.parametrize('kind', LAYERS)
def test_output_gradients_and_statistics_are_those_of_the_plain_layer(kind, mode, randomised):
    make, shape = LAYERS[kind]
    plain = randomised(make()).train(mode == 'train')
    faster = accelerate(copy.deepcopy(plain))
    assert type(faster) is not type(plain)
    assert isinstance(faster, type(plain))
    assert list(faster.state_dict()) == list(plain.state_dict())
    x, found = torch.randn(shape, dtype=torch.float64), []
    for layer in (plain, faster):
        entering = x.clone().requires_grad_()
        y = layer(entering)
        y.sin().sum().backward()
        gradients = [p.grad for p in layer.parameters()]
        found.append([y.detach(), entering.grad, *gradients, *layer.buffers()])
    for a, b in zip(*found, strict=True):
        torch.testing.assert_close(a, b)


def test_every_layer_of_a_backbone_is_accelerated_but_plugins():
    backbone = Res2Net(**SMALL, stem='deep', avg_down=True, plugins=[PLUGIN])
    kinds = {type(module) for module in backbone.modules()}
    assert {AcceleratedBottle2neck, AcceleratedSequential} <= kinds
    assert not {Bottle2neck, HierarchicalConv} & kinds
    for block in backbone.blocks():
        assert type(block.plugins['after_conv2']) is nn.Sequential
    kinds = {type(module) for module in Res2NetDLA().modules()}
    assert AcceleratedRoot in kinds
    assert Root not in kinds


def test_copies_and_pickles_stay_accelerated():
    block = make_block()
    for again in (copy.deepcopy(block), pickle.loads(pickle.dumps(block)), accelerate(block)):
        assert type(again) is AcceleratedBottle2neck
    assert type(accelerate(HierarchicalConv(2, 4))) is AcceleratedHierarchicalConv


def test_a_plugin_gets_what_it_can_flatten():
    class Flatten(nn.Module):
        def forward(self, x):
            return F.relu(x.view(*x.shape[:2], -1)).view(x.shape)

    block = make_block()
    block.plugins['after_conv2'] = Flatten()
    assert block(to_fast_layout(torch.randn(1, 8, 8, 8))).shape[0] == 1


def test_recomputation_changes_no_gradient(randomised):
    plain, recomputed = make_block(), make_block()
    recomputed.with_cp = True
    recomputed.load_state_dict(plain.state_dict())
    x = torch.randn(2, 8, 6, 6)
    gradients = []
    for block in (plain, recomputed):
        entering = x.clone().requires_grad_()
        block(entering).square().sum().backward()
        gradients.append([entering.grad, *(p.grad for p in block.parameters())])
    for a, b in zip(*gradients, strict=True):
        torch.testing.assert_close(a, b)


@pytest.mark.parametrize('memory', [KEEP_ALL, RECOMPUTE_ALL])
@pytest.mark.parametrize('mode', ['train', 'eval'])
def test_gradcheck(randomised, memory, mode):
    block = randomised(make_block(first=False, se=None))
    block.memory = memory
    block.train(mode == 'train')
    x = torch.randn(2, 8, 5, 6, dtype=torch.float64, requires_grad=True)

    def run(x, *parameters):
        state = dict(zip(dict(block.named_parameters()), parameters, strict=True))
        state.update({name: buffer.clone() for name, buffer in block.named_buffers()})
        return torch.func.functional_call(block, state, (x,))

    assert torch.autograd.gradcheck(run, (x, *block.parameters()), fast_mode=True)


@pytest.mark.parametrize('mode', ['train', 'eval'])
def test_norms_computed_again_change_no_gradient(randomised, mode):
    """``gradcheck`` goes through a graph twice, which what is computed again does not allow."""
    plain, other = randomised(make_block(first=False)), randomised(make_block(first=False))
    other.load_state_dict(plain.state_dict())
    other.memory = RECOMPUTE_NORMS
    x = torch.randn(2, 8, 5, 6, dtype=torch.float64)
    gradients = []
    for block in (plain, other):
        entering = x.clone().requires_grad_()
        block.train(mode == 'train')(entering).square().sum().backward()
        gradients.append([entering.grad, *(p.grad for p in block.parameters())])
    torch.testing.assert_close(*gradients, rtol=1e-12, atol=1e-12)
    for a, b in zip(plain.buffers(), other.buffers(), strict=True):
        assert torch.equal(a, b)
