"""Compiled kernels: parts of a training step on CPUs for which PyTorch's operators take longer.

Norms, ReLUs, sums and splits of a block take one pass over memory each (batch_norm.c); the gradient
of 3x3 weights (weight_gradient.c) and the 1x1 convolutions of the first stages (product.c) are
faster than those of oneDNN and MKL. Python calls them with the addresses of tensors; threads are
PyTorch's own.

For whoever changes them: a compiler does not vectorise a loop that reads a value under a condition,
which then takes five times as long. Read first, then choose.
"""

from .library import are_built, avx2_kernels, library

__all__ = ['are_built', 'avx2_kernels', 'library']
