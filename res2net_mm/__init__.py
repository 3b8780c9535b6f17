"""Res2Net backbones for the OpenMMLab ecosystem."""

from .stack import check_stack, find_mmseg_configs

check_stack()
find_mmseg_configs()

from .own_configs import find_own_configs  # noqa: E402  (the stack is checked by now)

find_own_configs()

from .backbones import Res2Net, Res2NetDLA, build  # noqa: E402
from .checkpoints import load_weights  # noqa: E402
from .presets import list_presets  # noqa: E402
from .swap import swap  # noqa: E402
from .version import __version__  # noqa: E402

__all__ = ['Res2Net', 'Res2NetDLA', '__version__', 'build', 'list_presets', 'load_weights', 'swap']
