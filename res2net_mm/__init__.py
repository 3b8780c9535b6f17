"""Res2Net backbones for the OpenMMLab ecosystem."""

from .stack import check_stack

check_stack()

from .backbones import Res2Net, Res2NetDLA  # noqa: E402  (only once the stack is known to carry it)
from .version import __version__  # noqa: E402

__all__ = ['Res2Net', 'Res2NetDLA', '__version__']
