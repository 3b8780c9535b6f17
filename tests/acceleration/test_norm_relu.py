"""A norm and its ReLU as one: the same output, gradients, statistics; the output is not kept."""

import copy

import pytest
import torch
from torch import nn

from res2net_mm.acceleration.norm_relu import norm_relu


def parts(randomised) -> tuple[nn.Module, nn.Module, torch.Tensor]:
    norm = randomised(nn.ModuleList([nn.BatchNorm2d(5)])).train()[0]
    return norm, nn.ReLU(inplace=True), torch.randn(2, 5, 9, 9).double().requires_grad_()


@pytest.mark.parametrize('layout', [torch.contiguous_format, torch.channels_last])
def test_output_gradients_and_statistics_are_those_of_the_two(randomised, layout):
    norm, relu, x = parts(randomised)
    x = x.detach().contiguous(memory_format=layout).requires_grad_()
    other = copy.deepcopy(norm)
    found, expected = norm_relu(norm, relu, x), other(x).relu()
    assert '_NormRelu' in str(found.grad_fn)
    assert torch.equal(found, expected)
    for a, b in zip(norm.buffers(), other.buffers(), strict=True):
        assert torch.equal(a, b)
    found, expected = (
        torch.autograd.grad(y.sin().sum(), [x, n.weight, n.bias])
        for y, n in ((found, norm), (expected, other))
    )
    torch.testing.assert_close(found, expected)


def test_gradcheck(randomised):
    norm, relu, x = parts(randomised)

    def run(x, weight, bias):
        whole = nn.Module()
        whole.norm, whole.forward = norm, lambda x: norm_relu(norm, relu, x)
        state = {'norm.weight': weight, 'norm.bias': bias}
        return torch.func.functional_call(whole, state, (x,))

    assert torch.autograd.gradcheck(run, (x, norm.weight, norm.bias))


def saved(run) -> int:
    kept = []
    with torch.autograd.graph.saved_tensors_hooks(
        lambda tensor: kept.append(tensor) or tensor, lambda tensor: tensor
    ):
        output = run()
    assert output.requires_grad
    return len({tensor.untyped_storage().data_ptr() for tensor in kept if tensor.dim() == 4})


def test_only_the_input_is_kept(randomised):
    norm, relu, x = parts(randomised)
    assert saved(lambda: norm_relu(norm, relu, x)) == 1
    assert saved(lambda: relu(norm(x))) == 2


@pytest.mark.parametrize('how', ['held', 'no_grad', 'hooked', 'cumulative', 'group_norm'])
def test_elsewhere_it_is_the_two(randomised, how):
    norm, relu, x = parts(randomised)
    norm.train(how != 'held')
    seen = []
    if how == 'hooked':
        relu.register_forward_hook(lambda *_: seen.append(1))
    if how == 'cumulative':
        norm.momentum = None
    if how == 'group_norm':
        norm = nn.GroupNorm(5, 5).double()
    other = copy.deepcopy(norm)
    with torch.set_grad_enabled(how != 'no_grad'):
        found = norm_relu(norm, relu, x)
        assert torch.equal(found, other(x).relu())
    assert '_NormRelu' not in str(found.grad_fn)
    assert all(torch.equal(a, b) for a, b in zip(norm.buffers(), other.buffers(), strict=True))
    assert len(seen) == (how == 'hooked')
