"""Pyramids whose 3x3 is the hierarchical convolution; importing this package registers them."""

from .context_fpn import HierarchicalContextFPN
from .fpn import HierarchicalFPN
from .pafpn import HierarchicalPAFPN

__all__ = ['HierarchicalContextFPN', 'HierarchicalFPN', 'HierarchicalPAFPN']
