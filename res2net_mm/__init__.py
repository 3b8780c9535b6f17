"""Res2Net backbones for the OpenMMLab ecosystem."""

from typing import TYPE_CHECKING, Any

from .startup import is_command
from .version import __version__

if TYPE_CHECKING:
    from .api import Res2Net, Res2NetDLA, build, fuse, list_presets, load_weights, swap

__all__ = [
    'Res2Net',
    'Res2NetDLA',
    '__version__',
    'build',
    'fuse',
    'list_presets',
    'load_weights',
    'swap',
]


def __getattr__(name: str) -> Any:
    """Load the public names when a program that was started as a command first asks for one."""
    if name not in __all__:
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    load_api()
    return globals()[name]


def load_api() -> None:
    """Check the stack, register what configs may name with MMEngine, and load the public names.

    Raises:
        StackError: The installed torch, mmengine or mmcv does not fit.
    """
    from . import api

    globals().update((name, getattr(api, name)) for name in api.__all__)


if not is_command():
    load_api()
