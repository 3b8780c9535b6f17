"""Fixtures: state dicts of small networks, and files that hold them."""

import functools

import pytest
import torch

from res2net_mm.backbones import Res2Net

# Small networks of the two families that most confusions are about.
V1 = 'res2net_light_26w_4s'
V1B = 'res2net_light_v1b_26w_4s'


@pytest.fixture(scope='session')
def weights():
    """A function (preset) -> state dict of a small classifier under official names."""

    @functools.cache
    def make(preset=V1B, **arguments):
        torch.manual_seed(0)
        net = Res2Net(preset=preset, **arguments)
        state = {
            name: torch.rand_like(value) if value.is_floating_point() else value.clone()
            for name, value in net.state_dict().items()
        }
        channels = net.out_channels[-1]
        return {**state, 'fc.weight': torch.rand(10, channels), 'fc.bias': torch.rand(10)}

    return make


@pytest.fixture
def save(tmp_path):
    """A function (object, name) -> path of a file written by torch.save."""

    def write(content, name='checkpoint.pth', **options):
        path = tmp_path / name
        torch.save(content, path, **options)
        return path

    return write


def holds(net, state):
    """Whether a network has all the tensors of a state dict."""
    return all(torch.equal(tensor, state[name]) for name, tensor in net.state_dict().items())


def without(state, *beginnings):
    """Return a state dict without the names that begin so."""
    return {name: tensor for name, tensor in state.items() if not name.startswith(beginnings)}
