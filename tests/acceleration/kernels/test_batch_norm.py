"""The compiled passes of a batch norm beside float64, whatever the shapes and strides."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from res2net_mm.acceleration.kernels import batch_norm

SHAPES = [(2, 1), (7, 3), (633, 26), (1500, 104), (50, 2050)]
GUARD = -7.5  # stands where nothing may be written


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


def strided(pixels: int, channels: int) -> torch.Tensor:
    """Return rows that lie further apart than they are wide, as those of a split."""
    return torch.randn(pixels, channels + 5)[:, 2 : channels + 2]


def guarded(pixels: int, channels: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return strided rows to write to, and what lies around them."""
    whole = torch.full((pixels, channels + 5), GUARD)
    return whole[:, 2 : channels + 2], whole


def is_untouched_around(whole: torch.Tensor) -> bool:
    return bool((whole[:, :2] == GUARD).all() and (whole[:, -3:] == GUARD).all())


def make_norm(channels: int) -> nn.BatchNorm2d:
    norm = nn.BatchNorm2d(channels, eps=1e-3, momentum=0.3)
    nn.init.uniform_(norm.weight, -1.5, 1.5)
    nn.init.normal_(norm.bias)
    return norm.requires_grad_(False)


def reference(x: torch.Tensor, norm: nn.BatchNorm2d) -> torch.Tensor:
    x, weight, bias = x.double(), norm.weight.double(), norm.bias.double()
    return F.batch_norm(x, None, None, weight, bias, training=True, eps=norm.eps)


def assert_near(found: torch.Tensor, expected: torch.Tensor, tolerance: float = 3e-6) -> None:
    largest = max(expected.abs().max().item(), 1e-6)
    torch.testing.assert_close(found.double(), expected, rtol=0, atol=tolerance * largest)


@pytest.mark.parametrize(('pixels', 'channels'), SHAPES)
@pytest.mark.parametrize('offset', [0, 1000])
def test_statistics(pixels, channels, offset):
    x, norm = strided(pixels, channels) + offset, make_norm(channels)
    expected = nn.BatchNorm2d(channels, momentum=0.3).double()
    expected(x.double()[..., None, None])
    mean, inverse, scale, shift = batch_norm.statistics(x, norm)
    variance = x.double().var(0, unbiased=False)
    torch.testing.assert_close(mean.double(), x.double().mean(0), rtol=1e-7, atol=1e-6)
    assert_near(inverse, (variance + norm.eps).rsqrt(), 1e-5)
    assert torch.allclose(scale, inverse * norm.weight)
    assert_near(shift, norm.bias.double() - mean.double() * scale.double(), 1e-5)
    torch.testing.assert_close(
        norm.running_mean.double(), expected.running_mean, rtol=1e-6, atol=1e-6
    )
    assert_near(norm.running_var, expected.running_var, 1e-5)
    assert norm.num_batches_tracked == 1


@pytest.mark.parametrize(('pixels', 'channels'), SHAPES)
@pytest.mark.parametrize('relu', [True, False])
def test_forward_and_backward(pixels, channels, relu):
    x, norm = strided(pixels, channels), make_norm(channels)
    gradient, more = strided(pixels, channels), strided(pixels, channels)
    more = more if relu else None
    numbers = batch_norm.statistics(x, norm)
    y, around = guarded(pixels, channels)
    batch_norm.normalise(x, numbers, y, relu=relu)
    assert is_untouched_around(around)
    wanted = [
        x.double().requires_grad_(),
        *(p.double().requires_grad_() for p in norm.parameters()),
    ]
    expected = F.batch_norm(wanted[0], None, None, *wanted[1:], training=True, eps=norm.eps)
    assert_near(y, expected.detach().relu() if relu else expected.detach())
    passing = gradient.double() + (0 if more is None else more.double())
    passing = passing * (y > 0) if relu else passing  # where rounding decided, it decides here too
    expected = torch.autograd.grad(expected, wanted, passing)
    d_x, around = guarded(pixels, channels)
    sums = batch_norm.gradients(gradient, x, numbers, d_x, more=more, relu=relu)
    assert is_untouched_around(around)
    tolerance = 1e-5 if pixels > 2 else 1e-3  # of two pixels nearly nothing is left
    assert_near(d_x, expected[0], tolerance)
    assert_near(sums[1], expected[1], 1e-5)
    assert_near(sums[0], expected[2], 1e-5)


@pytest.mark.parametrize(('pixels', 'channels'), SHAPES[1:])
def test_sum_with_a_shortcut(pixels, channels):
    x, norm, shortcut = strided(pixels, channels), make_norm(channels), strided(pixels, channels)
    numbers = batch_norm.statistics(x, norm)
    y, d_x, d_shortcut = (torch.empty(pixels, channels) for _ in range(3))
    batch_norm.normalise_add(x, numbers, shortcut, y)
    assert_near(y, (reference(x, norm) + shortcut).relu())
    gradient = strided(pixels, channels)
    sums = batch_norm.gradients_of_sum(gradient, x, numbers, y, d_x, d_shortcut)
    assert torch.equal(d_shortcut, gradient * (y > 0))
    other = torch.empty(pixels, channels)
    assert torch.equal(sums, batch_norm.gradients(d_shortcut, x, numbers, other, relu=False))
    assert torch.equal(d_x, other)


@pytest.mark.parametrize(('pixels', 'channels'), SHAPES[1:])
def test_carry(pixels, channels):
    x, norm, following = strided(pixels, channels), make_norm(channels), strided(pixels, channels)
    numbers, others = batch_norm.statistics(x, norm), torch.randn(4, channels + 3)[:, :channels]
    y, around = guarded(pixels, channels)
    total, plain, next_plain = (torch.empty(pixels, channels) for _ in range(3))
    batch_norm.normalise_carry(x, numbers, following, others, y, total)
    batch_norm.normalise(x, numbers, plain)
    batch_norm.normalise(following, others, next_plain)
    assert is_untouched_around(around)
    assert torch.equal(y, plain)
    assert torch.equal(total, plain + next_plain)


def test_the_number_of_threads_changes_no_bit():
    x, norm, gradient = torch.randn(5000, 26), make_norm(26), torch.randn(5000, 26)
    found, threads = [], torch.get_num_threads()
    try:
        for count in (1, 2, 3):
            torch.set_num_threads(count)
            d_x, numbers = torch.empty_like(x), batch_norm.statistics(x, norm)
            found.append((numbers, batch_norm.gradients(gradient, x, numbers, d_x), d_x))
    finally:
        torch.set_num_threads(threads)
    for others in found[1:]:
        assert all(torch.equal(a, b) for a, b in zip(found[0], others, strict=True))


@pytest.mark.parametrize('value', [math.nan, math.inf])
def test_what_is_no_number_stays_none(value):
    """A ReLU that made a zero of it would hide that a run diverges."""
    x, norm = torch.randn(40, 3), make_norm(3)
    x[7, 1] = value
    y = torch.empty(40, 3)
    batch_norm.normalise(x, batch_norm.statistics(x, norm), y)
    assert y[:, 1].isnan().all()
    assert y[:, [0, 2]].isfinite().all()
