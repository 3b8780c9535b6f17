"""Compiled kernels for parts of a training step on CPUs that PyTorch's operators compute slower.

Norm, ReLU, sum and split take one pass over memory together (batch_norm.c); the gradient of 3x3
weights (weight_gradient.c) and 1x1 convolutions of many pixels (product.c) are faster than those of
oneDNN and MKL, or level with them. These two are compiled for AVX2 and for AVX-512. Python passes
the addresses of tensors; the threads are PyTorch's.

When changing them: a compiler does not vectorise a loop that reads a value under a condition, which
then takes five times as long. Read first, then choose.
"""

from .library import are_built, avx2_kernels

__all__ = ['are_built', 'avx2_kernels']
