"""The gradient of 3x3 weights beside autograd in float64, whatever the sizes."""

import pytest
import torch
import torch.nn.functional as F

from res2net_mm.acceleration.kernels.weight_gradient import weight_gradient

pytestmark = pytest.mark.skipif(
    torch.backends.cpu.get_cpu_capability() != 'AVX2', reason='it is for AVX2'
)


def maps(n: int, c: int, h: int, w: int) -> torch.Tensor:
    return torch.randn(n, c, h, w).contiguous(memory_format=torch.channels_last)


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
def test_it_is_autograds(size, channels, stride, dilation, threads):
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
