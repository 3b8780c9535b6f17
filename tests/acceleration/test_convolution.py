"""Convolutions in training: whichever operator computes them, the gradients are the same."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from res2net_mm.acceleration.convolution import (
    convolve,
    is_pointwise,
    pointwise,
    trains_fast_channels_last,
    weight_gradient,
)
from res2net_mm.acceleration.kernels import avx2_kernels
from res2net_mm.acceleration.layout import to_fast_layout

OPTIONS = [
    dict(kernel_size=3, padding=1),
    dict(kernel_size=3, padding=2, dilation=2, stride=2),
    dict(kernel_size=3, padding=1, groups=2),
    dict(kernel_size=3, padding=1, bias=True),
    dict(kernel_size=3),
    dict(kernel_size=(3, 1), padding=1),
    dict(kernel_size=3, padding=1, padding_mode='reflect'),
    dict(kernel_size=3, padding=1, stride=(1, 2)),
    dict(kernel_size=1),
    dict(kernel_size=7, padding=3),
]


def make(options: dict) -> tuple[nn.Conv2d, torch.Tensor]:
    conv = nn.Conv2d(4, 6, **dict(dict(bias=False), **options))
    return conv, to_fast_layout(torch.randn(2, 4, 11, 12)).requires_grad_()


@pytest.mark.parametrize('options', OPTIONS, ids=str)
@pytest.mark.parametrize('frozen', ['nothing', 'input', 'weight'])
def test_gradients(options, frozen):
    conv, x = make(options)
    x.requires_grad_(frozen != 'input')
    conv.requires_grad_(frozen != 'weight')
    wanted = [t for t in (x, *conv.parameters()) if t.requires_grad]
    found, expected = convolve(conv, x), conv(x)
    torch.testing.assert_close(found, expected)
    gradients = (torch.autograd.grad(y.sin().sum(), wanted) for y in (found, expected))
    torch.testing.assert_close(*gradients)


@pytest.mark.parametrize('options', OPTIONS[:2], ids=str)
def test_gradients_of_gradients(options):
    conv, x = make(options)
    found = []
    for y in (convolve(conv, x), conv(x)):
        (d_x,) = torch.autograd.grad(y.sin().sum(), x, create_graph=True)
        found.append(torch.autograd.grad(d_x.square().sum(), [x, conv.weight]))
    torch.testing.assert_close(*found)


def test_a_hook_is_called():
    conv, x = make(OPTIONS[0])
    seen = []
    conv.register_forward_hook(lambda *_: seen.append(1))
    convolve(conv, x)
    assert seen == [1]


@pytest.mark.skipif(avx2_kernels() is None, reason='this processor has no AVX2')
def test_which_stems_compute_channels_last():
    images, plain = torch.randn(1, 3, 8, 8), nn.Conv2d(3, 4, 3, padding=1, bias=False)
    assert trains_fast_channels_last([plain, nn.ReLU(), plain], images)
    assert not trains_fast_channels_last([plain, nn.Conv2d(4, 4, 7, padding=3, bias=False)], images)
    assert not trains_fast_channels_last([plain], images.double())
    with torch.no_grad():
        assert not trains_fast_channels_last([plain], images)


def test_pointwise_is_the_convolution():
    conv = nn.Conv2d(6, 4, 1, bias=False).double()
    x = torch.randn(2, 6, 5, 7).double().contiguous(memory_format=torch.channels_last)
    x.requires_grad_()
    found, expected = pointwise(x, conv.weight), conv(x)
    torch.testing.assert_close(found, expected)
    assert found.is_contiguous(memory_format=torch.channels_last)
    wanted = [x, conv.weight]
    torch.testing.assert_close(
        *(torch.autograd.grad(y.sin().sum(), wanted) for y in (found, expected))
    )


@pytest.mark.parametrize(
    ('options', 'pointwise'),
    [
        (dict(kernel_size=1), True),
        (dict(kernel_size=1, stride=2), False),
        (dict(kernel_size=1, groups=2), False),
        (dict(kernel_size=1, padding=1), False),
        (dict(kernel_size=1, bias=True), False),
        (dict(kernel_size=3), False),
    ],
)
def test_what_is_pointwise(options, pointwise):
    conv, x = nn.Conv2d(4, 4, **dict(dict(bias=False), **options)), torch.randn(2, 4, 6, 6)
    assert is_pointwise(conv, to_fast_layout(x)) is pointwise
    assert not is_pointwise(conv, x)


def maps(n: int, c: int, h: int, w: int) -> torch.Tensor:
    return torch.randn(n, c, h, w).contiguous(memory_format=torch.channels_last)


@pytest.mark.skipif(avx2_kernels() is None, reason='this processor has no AVX2')
@pytest.mark.parametrize('threads', [1, 2, 3])
@pytest.mark.parametrize(
    ('size', 'channels', 'stride', 'dilation'),
    [
        ((1, 30, 41), (26, 26), 1, 1),
        ((2, 37, 50), (52, 52), 2, 1),
        ((1, 64, 64), (64, 32), 1, 1),
        ((3, 20, 17), (8, 3), 2, 1),
        ((2, 13, 15), (13, 13), 1, 4),
        ((1, 9, 9), (5, 7), 2, 2),
        ((2, 1, 1), (33, 17), 1, 1),
        ((1, 3, 2), (1, 1), 1, 12),
    ],
)
def test_weight_gradient_is_that_of_autograd(size, channels, stride, dilation, threads):
    torch.manual_seed(0)
    (n, h, w), (outputs, inputs) = size, channels
    x, weight = maps(n, inputs, h, w), torch.zeros(outputs, inputs, 3, 3, dtype=torch.float64)
    weight.requires_grad_()
    y = F.conv2d(x.double(), weight, None, stride, dilation, dilation)
    gradient = maps(*y.shape)
    (expected,) = torch.autograd.grad(y, weight, gradient.double())
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(threads)
        found = weight_gradient(gradient, x, stride=stride, dilation=dilation)
        torch.set_num_threads(1)
        assert torch.equal(found, weight_gradient(gradient, x, stride=stride, dilation=dilation))
    finally:
        torch.set_num_threads(before)
    largest = expected.abs().max().item()
    torch.testing.assert_close(found.double(), expected, rtol=0, atol=1e-6 * max(largest, 1))
