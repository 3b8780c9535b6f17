"""The products of 1x1 convolutions: every operator computes them, and the chosen one is called."""

import pytest
import torch

from res2net_mm.acceleration import products
from res2net_mm.acceleration.kernels import avx2_kernels
from res2net_mm.acceleration.products import (
    kernel_product,
    kernel_product_transposed,
    multiply,
    multiply_transposed,
)

SIZES = [(1000, 64, 104), (90, 7, 3), (8, 1, 1), (1, 3, 2)]
KERNEL_SIZES = [*SIZES[:3], (833, 104, 64), (400, 26, 13), (40, 64, 104)]
CHOICES = {
    name: getattr(products, name) for name in ('_FORWARD', '_INPUT_GRADIENT', '_WEIGHT_GRADIENT')
}
CANDIDATES = [(name, operator) for name, c in CHOICES.items() for operator in c.operators()]


def assert_near(found: torch.Tensor, expected: torch.Tensor) -> None:
    largest = max(expected.abs().max().item(), 1)
    torch.testing.assert_close(found.double(), expected, rtol=0, atol=1e-6 * largest)


def rows(pixels: int, channels: int, gap: int) -> torch.Tensor:
    """Return rows with something that is no number between them."""
    whole = torch.full((pixels, channels + gap), torch.nan)
    whole[:, :channels] = torch.randn(pixels, channels)
    return whole[:, :channels]


@pytest.mark.parametrize(('choice', 'operator'), CANDIDATES)
@pytest.mark.parametrize(('pixels', 'k', 'n'), SIZES)
def test_each_operator(monkeypatch, choice, operator, pixels, k, n):
    monkeypatch.setattr(type(CHOICES[choice]), 'fastest', lambda self, channels: operator)
    a, g, b = torch.randn(pixels, k), torch.randn(pixels, n), torch.randn(k, n)
    expected = a.double() @ b.double()
    for weight in (b, b.t().contiguous().t()):  # both directions of a convolution
        assert_near(multiply(a, weight), expected)
        total = torch.randn(pixels, n)
        before = total.double()
        assert multiply(a, weight, add_to=total) is total
        assert_near(total, expected + before)
    assert_near(multiply_transposed(g, a), g.double().t() @ a.double())


def test_rows_with_gaps_and_other_types_are_a_matrix_product():
    whole, b = torch.randn(60, 9), torch.randn(6, 4)
    a = whole[:, :6]
    assert torch.equal(multiply(a, b), a @ b)
    assert torch.equal(multiply_transposed(a, a), a.t() @ a)
    assert torch.equal(multiply(a.double(), b.double()), a.double() @ b.double())


def test_no_rows():
    assert multiply(torch.empty(0, 3), torch.randn(3, 2)).shape == (0, 2)


@pytest.mark.skipif(avx2_kernels() is None, reason='this processor has no AVX2')
@pytest.mark.parametrize('gap', [0, 3])
@pytest.mark.parametrize(('pixels', 'k', 'n'), KERNEL_SIZES)
def test_the_kernel(pixels, k, n, gap):
    a, x, b = rows(pixels, k, gap), rows(pixels, n, gap), torch.randn(k, n)
    expected = a.double() @ b.double()
    assert_near(kernel_product(a, b), expected)
    assert_near(kernel_product(a, b.t().contiguous().t()), expected)
    assert_near(kernel_product_transposed(a, x), a.double().t() @ x.double())
    total = rows(pixels, n, gap)
    around, before = total.untyped_storage(), total.clone()
    assert kernel_product(a, b, total) is total
    assert_near(total, expected + before.double())
    between = torch.tensor([], dtype=total.dtype).set_(around).view(pixels, n + gap)[:, n:]
    assert between.isnan().all()


@pytest.mark.skipif(avx2_kernels() is None, reason='this processor has no AVX2')
def test_the_number_of_threads_changes_no_bit():
    a, b, x = torch.randn(3000, 40), torch.randn(40, 56), torch.randn(3000, 56)
    found, before = [], torch.get_num_threads()
    try:
        for count in (1, 2, 3):
            torch.set_num_threads(count)
            found.append((kernel_product(a, b), kernel_product_transposed(a, x)))
    finally:
        torch.set_num_threads(before)
    for others in found[1:]:
        assert all(map(torch.equal, found[0], others))
