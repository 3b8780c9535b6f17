"""What is compiled: parts of a training step on CPUs for which PyTorch's operators take longer."""

from .library import are_built, avx2_kernels

__all__ = ['are_built', 'avx2_kernels']
