"""Heads of salient object detectors; importing this package registers them."""

from .dss_head import DSSHead
from .poolnet_head import PoolNetHead

__all__ = ['DSSHead', 'PoolNetHead']
