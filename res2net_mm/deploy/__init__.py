"""From a trained model to one that only predicts."""

from .fuse import fuse
from .norms import count_norms

__all__ = ['count_norms', 'fuse']
