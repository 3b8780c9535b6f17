"""Deployment: fused networks that only predict, and exported files (export/)."""

from .fuse import fuse
from .norms import count_norms
from .openvino_network import OpenVinoNetwork

__all__ = ['OpenVinoNetwork', 'count_norms', 'fuse']
