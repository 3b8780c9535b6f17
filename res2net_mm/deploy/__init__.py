"""From a trained model to one that only predicts."""

from .fuse import fuse
from .norms import count_norms
from .openvino_network import OpenVinoNetwork

__all__ = ['OpenVinoNetwork', 'count_norms', 'fuse']
