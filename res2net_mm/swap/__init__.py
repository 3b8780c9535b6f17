"""Put a Res2Net into any config of the toolboxes."""

from .swap import Swap, swap

__all__ = ['Swap', 'swap']
