"""A norm with its convolution or its ReLU as one: the same output, gradients and statistics."""

import copy

import pytest
import torch
from torch import nn

from res2net_mm.acceleration.norms import conv_norm, norm_relu


def parts(randomised, **options) -> tuple[nn.Module, nn.Module, torch.Tensor]:
    layers = randomised(
        nn.ModuleList([nn.Conv2d(4, 6, 3, bias=False, **options), nn.BatchNorm2d(6)])
    )
    return layers[0], layers[1], torch.randn(2, 4, 9, 9).double().requires_grad_()


def plain(conv, norm, x):
    return norm(conv(x))


def gradients(run, conv, norm, x):
    wanted = [x, *conv.parameters(), *norm.parameters()]
    return torch.autograd.grad(run(conv, norm, x).sin().sum(), wanted)


@pytest.mark.parametrize(
    'options', [{}, dict(groups=2, stride=2), dict(padding_mode='reflect', padding=1)]
)
def test_output_and_gradients_are_those_of_the_two(randomised, options):
    conv, norm, x = parts(randomised, **options)
    torch.testing.assert_close(conv_norm(conv, norm, x), norm(conv(x)))
    found, expected = (gradients(run, conv, norm, x) for run in (conv_norm, plain))
    torch.testing.assert_close(found, expected)


def test_gradcheck(randomised):
    conv, norm, x = parts(randomised)

    def run(x, weight, scale, shift):
        state = {'0.weight': weight, '1.weight': scale, '1.bias': shift}
        both = Both(conv, norm)
        return torch.func.functional_call(both, state, (x,))

    inputs = (x, conv.weight, norm.weight, norm.bias)
    assert torch.autograd.gradcheck(run, inputs, fast_mode=True)


class Both(nn.Sequential):
    def forward(self, x):
        return conv_norm(self[0], self[1], x)


def saved(run, *arguments) -> int:
    """Count the bytes of maps that are kept for the backward pass."""
    kept = {}

    def pack(tensor):
        if tensor.dim() == 4 and not isinstance(tensor, nn.Parameter):
            storage = tensor.untyped_storage()
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        output = run(*arguments)
    del output
    return sum(kept.values())


def test_the_map_between_is_not_kept(randomised):
    conv, norm, _ = parts(randomised)
    x = torch.randn(2, 4, 40, 40).double()
    assert saved(conv_norm, conv, norm, x) < 0.5 * saved(plain, conv, norm, x)


@pytest.mark.parametrize('how', ['training', 'no_grad', 'hooked', 'frozen', 'biased'])
def test_elsewhere_it_is_the_two_to_the_bit(randomised, how):
    conv, norm, x = parts(randomised)
    seen = []
    norm.train(how == 'training')
    if how == 'hooked':
        conv.register_forward_hook(lambda *_: seen.append(1))
    if how == 'frozen':
        conv.requires_grad_(False), norm.requires_grad_(False)
    if how == 'biased':
        conv.bias = nn.Parameter(torch.ones(6).double())
    other = copy.deepcopy(norm)
    with torch.set_grad_enabled(how != 'no_grad'):
        assert torch.equal(conv_norm(conv, norm, x), other(conv(x)))
    assert all(torch.equal(a, b) for a, b in zip(norm.buffers(), other.buffers(), strict=True))
    assert len(seen) == (2 if how == 'hooked' else 0)


def norm_and_relu(randomised) -> tuple[nn.Module, nn.Module, torch.Tensor]:
    norm = randomised(nn.ModuleList([nn.BatchNorm2d(5)])).train()[0]
    return norm, nn.ReLU(inplace=True), torch.randn(2, 5, 9, 9).double().requires_grad_()


@pytest.mark.parametrize('layout', [torch.contiguous_format, torch.channels_last])
def test_output_gradients_and_statistics_are_those_of_norm_and_relu(randomised, layout):
    norm, relu, x = norm_and_relu(randomised)
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


def test_gradcheck_of_norm_and_relu(randomised):
    norm, relu, x = norm_and_relu(randomised)

    def run(x, weight, bias):
        whole = nn.Module()
        whole.norm, whole.forward = norm, lambda x: norm_relu(norm, relu, x)
        state = {'norm.weight': weight, 'norm.bias': bias}
        return torch.func.functional_call(whole, state, (x,))

    assert torch.autograd.gradcheck(run, (x, norm.weight, norm.bias))


def kept_maps(run) -> int:
    kept = []
    with torch.autograd.graph.saved_tensors_hooks(
        lambda tensor: kept.append(tensor) or tensor, lambda tensor: tensor
    ):
        output = run()
    assert output.requires_grad
    return len({tensor.untyped_storage().data_ptr() for tensor in kept if tensor.dim() == 4})


def test_only_the_input_is_kept(randomised):
    norm, relu, x = norm_and_relu(randomised)
    assert kept_maps(lambda: norm_relu(norm, relu, x)) == 1
    assert kept_maps(lambda: relu(norm(x))) == 2


@pytest.mark.parametrize('how', ['held', 'no_grad', 'hooked', 'cumulative', 'group_norm'])
def test_elsewhere_it_is_norm_and_relu(randomised, how):
    norm, relu, x = norm_and_relu(randomised)
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
