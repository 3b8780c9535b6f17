"""Pyramids with hierarchical 3x3 convolutions; importing this package registers them."""

from .context_fpn import HierarchicalContextFPN
from .fpn import HierarchicalFPN, HierarchicalPAFPN

__all__ = ['HierarchicalContextFPN', 'HierarchicalFPN', 'HierarchicalPAFPN']
