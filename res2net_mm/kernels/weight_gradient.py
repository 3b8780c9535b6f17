"""The gradient of the weights of a 3x3 convolution, channels last.

Two to four times as fast as oneDNN's where a core has AVX2 and the channels are few, as those of a
split are; a third faster still at 208 channels (see weight_gradient.c).
"""

from functools import cache

import torch
from torch import Tensor

from .library import library

MOST_THREADS = 8  # it has no work for more


@cache
def _is_best_here() -> bool:
    # With AVX-512 oneDNN has kernels of its own, which nobody has compared.
    avx2 = torch.backends.cpu.get_cpu_capability() == 'AVX2'
    return avx2 and library() is not None and bool(library().has_avx2())


def is_best() -> bool:
    """Say whether it is there and faster than oneDNN's."""
    return _is_best_here() and torch.get_num_threads() <= MOST_THREADS


def weight_gradient(gradient: Tensor, x: Tensor, *, stride: int, dilation: int) -> Tensor:
    """Return the gradient of the weights (C', C, 3, 3) of a convolution padded by its dilation.

    Args:
        gradient: Of the output, (N, C', H', W'), float32 and channels last on the CPU, not empty.
        x: The input, (N, C, H, W), likewise.
        stride: Of both directions.
        dilation: Of both directions.
    """
    n, c_in, h, w = x.shape
    _, c_out, h_out, w_out = gradient.shape
    sizes = n, h, w, h_out, w_out, c_out, c_in, stride, dilation
    weights = x.new_empty(c_out, c_in, 3, 3)
    scratch = x.new_empty(library().conv3x3_weight_gradient_scratch(*sizes))
    library().conv3x3_weight_gradient(
        gradient.data_ptr(), x.data_ptr(), *sizes, weights.data_ptr(), scratch.data_ptr()
    )
    return weights
