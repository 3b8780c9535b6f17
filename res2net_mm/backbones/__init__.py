"""The backbones; importing this package registers them."""

from .build import build
from .dla import Res2NetDLA
from .res2net import Res2Net

__all__ = ['Res2Net', 'Res2NetDLA', 'build']
