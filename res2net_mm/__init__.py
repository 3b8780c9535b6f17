"""Res2Net backbones for the OpenMMLab ecosystem."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .startup import is_command
from .version import __version__

if TYPE_CHECKING:
    from .backbones import Res2Net, Res2NetDLA, build, register_timm_models
    from .checkpoints import load_weights
    from .deploy import fuse
    from .prediction import Predictor
    from .presets import list_presets
    from .swap import swap

# Public name -> the room that it is loaded from when a program first asks for it.
_ROOMS = {
    'Predictor': 'prediction',
    'Res2Net': 'backbones',
    'Res2NetDLA': 'backbones',
    'build': 'backbones',
    'fuse': 'deploy',
    'list_presets': 'presets',
    'load_weights': 'checkpoints',
    'register_timm_models': 'backbones',
    'swap': 'swap',
}
__all__ = [
    'Predictor',
    'Res2Net',
    'Res2NetDLA',
    '__version__',
    'build',
    'fuse',
    'list_presets',
    'load_weights',
    'register_timm_models',
    'swap',
]


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    prepare_stack()
    value = getattr(import_module(f'.{_ROOMS[name]}', __name__), name)
    globals()[name] = value
    return value


def prepare_stack() -> None:
    """Check the stack and register with MMEngine what configs may name.

    Raises:
        StackError: The installed torch, mmengine or mmcv does not fit.
    """
    from .stack import check_stack, let_torchvision_be_imported

    check_stack()
    let_torchvision_be_imported()

    from .openmmlab.config_names import teach_config_names
    from .openmmlab.data_only import teach_schemes  # once the stack is checked
    from .swap import swap

    teach_config_names()
    teach_schemes()
    globals()['swap'] = swap  # now, since the first import of the room sets its name to the room


if not is_command():
    prepare_stack()
