"""The backbones; importing this package registers them."""

from .dla import Res2NetDLA
from .res2net import Res2Net

__all__ = ['Res2Net', 'Res2NetDLA']
