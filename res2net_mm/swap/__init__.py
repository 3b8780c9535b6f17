"""Put a Res2Net into any config of MMDetection, MMSegmentation or MMPretrain."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mmengine.config import Config

    from .replacement import Swap

__all__ = ['Swap', 'swap']


def swap(cfg: 'Config', preset: str, *, check: bool = True) -> 'Swap':
    """Replace the backbone of a config by a Res2Net that is used in the same way.

    Every ``in_channels`` that counts channels of the backbone is set to what the new one gives.

    Args:
        cfg: A loaded config; it is not changed.
        preset: The name or alias of a preset.
        check: Whether to build the whole model and run it on a small image.

    Raises:
        UserError: The preset is unknown, or the config cannot be swapped.
    """
    from .replacement import replace_backbones  # what only a swap needs: a dozen modules

    return replace_backbones(cfg, preset, check=check)


def __getattr__(name: str) -> Any:
    if name != 'Swap':
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    from .replacement import Swap

    return Swap
