"""Products of thin matrices beside float64, whatever sizes and strides, and who computes them."""

import pytest
import torch

from res2net_mm.acceleration.kernels import product
from res2net_mm.acceleration.kernels.product import multiply, multiply_transposed

# Pixels, then the channels of both sides; the first are many enough for the kernels.
SIZES = [(1000, 64, 104), (833, 104, 64), (400, 26, 13), (90, 7, 3), (8, 1, 1), (40, 64, 104)]


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


def rows(pixels: int, channels: int, gap: int) -> torch.Tensor:
    """Return rows with something that is no number between them."""
    whole = torch.full((pixels, channels + gap), torch.nan)
    whole[:, :channels] = torch.randn(pixels, channels)
    return whole[:, :channels]


def assert_near(found: torch.Tensor, expected: torch.Tensor) -> None:
    largest = max(expected.abs().max().item(), 1)
    torch.testing.assert_close(found.double(), expected, rtol=0, atol=1e-6 * largest)


@pytest.mark.parametrize('gap', [0, 3])
@pytest.mark.parametrize(('pixels', 'k', 'n'), SIZES)
def test_products(pixels, k, n, gap):
    a, x, b = rows(pixels, k, gap), rows(pixels, n, gap), torch.randn(k, n)
    expected = a.double() @ b.double()
    assert_near(multiply(a, b), expected)
    assert_near(multiply(a, b.t().contiguous().t()), expected)
    assert_near(multiply_transposed(a, x), a.double().t() @ x.double())
    total = rows(pixels, n, gap)
    around, before = total.untyped_storage(), total.clone()
    assert multiply(a, b, add_to=total) is total
    assert_near(total, expected + before.double())
    between = torch.tensor([], dtype=total.dtype).set_(around).view(pixels, n + gap)[:, n:]
    assert between.isnan().all()


@pytest.mark.skipif(torch.backends.cpu.get_cpu_capability() != 'AVX2', reason='it is for AVX2')
def test_the_number_of_threads_changes_no_bit():
    a, b, x = torch.randn(3000, 40), torch.randn(40, 56), torch.randn(3000, 56)
    found, before = [], torch.get_num_threads()
    try:
        for count in (1, 2, 3):
            torch.set_num_threads(count)
            found.append((multiply(a, b), multiply_transposed(a, x)))
    finally:
        torch.set_num_threads(before)
    for others in found[1:]:
        assert all(map(torch.equal, found[0], others))


def test_thick_ones_are_left_to_the_library(monkeypatch):
    monkeypatch.setattr(product, 'avx2_kernels', lambda: pytest.fail('asked'))
    a, b = torch.randn(40, 64), torch.randn(64, 104)
    assert torch.equal(multiply(a, b), a @ b)
    assert torch.equal(multiply_transposed(a, a), a.t() @ a)
