"""The matrix products of 1x1 convolutions, channels last, by the fastest operator there is.

Matrices are float32 on the CPU. Candidates are the compiled kernels (kernels/product.c), a
matrix product (MKL in PyTorch's builds for x86) and oneDNN's 1x1 convolution. On AMD's processors
with AVX-512 the kernels and oneDNN are level but for maps of few pixels, and both are faster than
MKL: by a tenth to a fifth on family 25, more than twice as fast on family 26 (Zen 5).
"""

from collections.abc import Callable, Mapping
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from .kernels import avx2_kernels
from .kernels.library import library
from .operators import Choice, Operator

# Pixels of a map, channels inside of a block and at its ends, of the stages of Res2Net-50 26w4s at
# 1x3x480x640.
_STAGES = ((19200, 104, 256), (4800, 208, 512), (1200, 416, 1024), (300, 832, 2048))


def multiply(a: Tensor, b: Tensor, *, add_to: Tensor | None = None) -> Tensor:
    """Return ``a @ b``, or ``add_to`` with it added in place.

    ``a`` (pixels, K) and ``add_to`` (pixels, N) have the channels of a pixel side by side; ``b`` is
    (K, N) in any order.
    """
    choice = _INPUT_GRADIENT if b.is_contiguous() else _FORWARD
    operator = choice.operators()[choice.fastest(max(b.shape))] if _is_simple(a) else _product
    return operator(a, b, add_to)


def multiply_transposed(g: Tensor, x: Tensor) -> Tensor:
    """Return ``g.T @ x`` of (pixels, M) and (pixels, N), as ``a`` above."""
    if not (_is_simple(g) and _is_simple(x)):
        return g.t() @ x
    fastest = _WEIGHT_GRADIENT.fastest(max(g.shape[1], x.shape[1]))
    return _WEIGHT_GRADIENT.operators()[fastest](g, x)


def convolves_pointwise(weight: Tensor) -> bool:
    """Return whether a 1x1 convolution with this weight (C', C, 1, 1) is best left to oneDNN."""
    return _FORWARD.fastest(max(weight.shape)) == 'convolution'


def _is_simple(rows: Tensor) -> bool:
    return rows.dtype == torch.float32 and rows.is_contiguous() and len(rows) > 0


def _product(a: Tensor, b: Tensor, add_to: Tensor | None = None) -> Tensor:
    return a @ b if add_to is None else add_to.addmm_(a, b)


def kernel_product(a: Tensor, b: Tensor, add_to: Tensor | None = None) -> Tensor:
    """Return the same as :func:`multiply` by the compiled kernel, for rows with gaps too."""
    pixels, (k, n) = len(a), b.shape
    c = a.new_empty(pixels, n) if add_to is None else add_to
    scratch = a.new_empty(library().rows_times_matrix_scratch(pixels, k, n))
    library().rows_times_matrix(
        a.data_ptr(), a.stride(0), b.data_ptr(), *b.stride(), pixels, k, n, c.data_ptr(),
        c.stride(0), add_to is not None, scratch.data_ptr(),
    )  # fmt: skip
    return c


def kernel_product_transposed(g: Tensor, x: Tensor) -> Tensor:
    """Return the same as :func:`multiply_transposed` by the kernel, for rows with gaps too."""
    m, n = g.shape[1], x.shape[1]
    w = g.new_empty(m, n)
    scratch = g.new_empty(library().rows_transposed_times_rows_scratch(len(g), m, n))
    library().rows_transposed_times_rows(
        g.data_ptr(), g.stride(0), x.data_ptr(), x.stride(0), len(g), m, n, w.data_ptr(),
        scratch.data_ptr(),
    )  # fmt: skip
    return w


def _convolution(a: Tensor, b: Tensor, add_to: Tensor | None = None) -> Tensor:
    """Return the same by the convolution of ``a`` as a map with ``b.T`` as its weight."""
    y = _rows(F.conv2d(_map(a), b.t()[:, :, None, None]))
    return y if add_to is None else add_to.add_(y)


def _input_gradient(a: Tensor, b: Tensor, add_to: Tensor | None = None) -> Tensor:
    """Return the same by the gradient of the input of a convolution with the weight ``b``."""
    x = _map(a.new_empty(len(a), b.shape[1]))  # of which only the shape is read
    y = _rows(_convolution_backward(_map(a), x, b, [True, False, False])[0])
    return y if add_to is None else add_to.add_(y)


def _weight_gradient(g: Tensor, x: Tensor) -> Tensor:
    weight = g.new_empty(g.shape[1], x.shape[1])  # of which only the shape is read
    return _convolution_backward(_map(g), _map(x), weight, [False, True, False])[1].flatten(1)


def _convolution_backward(
    gradient: Tensor, x: Tensor, weight: Tensor, wanted: list[bool]
) -> tuple[Tensor, Tensor, Tensor]:
    return torch.ops.aten.convolution_backward(
        gradient, x, weight[:, :, None, None], None, [1, 1], [0, 0], [1, 1], False, [0, 0], 1,
        wanted,
    )  # fmt: skip


def _map(rows: Tensor) -> Tensor:
    """(pixels, C) -> (1, C, pixels, 1), channels last."""
    return rows[None, :, None].permute(0, 3, 1, 2)


def _rows(maps: Tensor) -> Tensor:
    """(1, C, pixels, 1), channels last -> (pixels, C)."""
    return maps[0, :, :, 0].t()


def _choice(
    name: str,
    arguments: Callable[[int, int, int], tuple[Tensor, ...]],
    **operators: Operator,
) -> Choice:
    """Return a choice among ``kernel``, ``matrix_product`` and ``convolution``.

    With one thread PyTorch computes 1x1 convolutions without oneDNN, by a slower matrix product.
    """

    def available() -> Mapping[str, Operator]:
        missing = {
            'kernel': avx2_kernels() is None,
            'convolution': torch.get_num_threads() == 1,
        }
        return {k: v for k, v in operators.items() if not missing.get(k)}

    cases = {outer: partial(arguments, pixels, inner, outer) for pixels, inner, outer in _STAGES}
    return Choice(name, cases, available)


_FORWARD = _choice(
    '1x1 convolution',
    lambda pixels, k, n: (torch.randn(pixels, k), torch.randn(n, k).t()),
    kernel=kernel_product,
    matrix_product=_product,
    convolution=_convolution,
)
_INPUT_GRADIENT = _choice(
    'input gradient of a 1x1 convolution',
    lambda pixels, k, n: (torch.randn(pixels, n), torch.randn(n, k)),
    kernel=kernel_product,
    matrix_product=_product,
    convolution=_input_gradient,
)
_WEIGHT_GRADIENT = _choice(
    'weight gradient of a 1x1 convolution',
    lambda pixels, k, n: (torch.randn(pixels, n), torch.randn(pixels, k)),
    kernel=kernel_product_transposed,
    matrix_product=lambda g, x: g.t() @ x,
    convolution=_weight_gradient,
)
