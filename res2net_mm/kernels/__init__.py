"""What is compiled: passes over maps in training that PyTorch's operators make several of."""

from .library import library


def are_built() -> bool:
    """Say whether the kernels were compiled with the package (see library.py)."""
    return library() is not None


__all__ = ['are_built']
