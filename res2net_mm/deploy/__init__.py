"""Deployment: fused networks that only predict, and exported files (export/)."""

from .folding import count_norms
from .fuse import fuse
from .openvino_network import OpenVinoNetwork

__all__ = ['OpenVinoNetwork', 'count_norms', 'fuse']
