"""What is compiled: parts of a training step on CPUs for which PyTorch's operators take longer.

Of a step of Res2Net-50 v1b 26w4s at 1x3x480x640 (float32, two cores with AVX2, PyTorch 2.13) over
MMDetection's, with norms that train: 0.97 without any of them; 0.94 with norms, ReLUs, sums and
splits of a block in one pass each (batch_norm.c), 0.87 with the gradient of 3x3 weights besides and
the stem channels last (weight_gradient.c), 0.82 with the 1x1 convolutions of the first stages
(product.c). Python calls them with the addresses of tensors; threads are PyTorch's own.

A trap: a loop that reads a value on a condition only is not made into vectors, and takes five times
as long. Read first, then choose.
"""

from .library import are_built, avx2_kernels

__all__ = ['are_built', 'avx2_kernels']
