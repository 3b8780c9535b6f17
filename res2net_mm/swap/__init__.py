"""Put a Res2Net into any config of MMDetection, MMSegmentation, MMPretrain or MMPose."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from res2net_mm.errors import UserError

if TYPE_CHECKING:  # importing this package imports none of what only a swap needs
    from mmengine.config import Config

    from res2net_mm.presets import Preset

    from .change import Change


@dataclass(frozen=True)
class Swap:
    """What :func:`swap` did; ``str()`` gives a line for each change and note.

    Attributes:
        config: The config with the new backbone.
        preset: The new network.
        changes: The differences from the original.
        notes: What could not be kept, and networks that were not swapped; a line each.
        source: The file of the original, or None if it was not read from a file.
    """

    config: 'Config'
    preset: 'Preset'
    changes: 'tuple[Change, ...]'
    notes: tuple[str, ...]
    source: Path | None

    def __str__(self) -> str:
        return '\n'.join([*map(str, self.changes), *self.notes])

    def write(self, file: str | Path, *, overwrite: bool = False) -> Path:
        """Write a config that inherits the original and holds the changes, and return its path.

        Raises:
            UserError: The file exists and is not to be overwritten or cannot be written, or the
                original was not read from a file.
        """
        from .written import config_text, write_text

        file = Path(file)
        if self.source is None:
            raise UserError('the config was not read from a file, so no file can inherit it')
        title = f'{self.source.name} with the backbone {self.preset.name}'
        text = config_text(self.source, file.parent, [title, *self.notes], self.changes)
        write_text(text, file, overwrite=overwrite)
        return file


def swap(cfg: 'Config', preset: str, *, check: bool = True) -> Swap:
    """Replace the backbone of a config by a Res2Net that is used in the same way.

    Every ``in_channels`` that counts channels of the backbone is set to what the new one gives.

    Args:
        cfg: A loaded config; it is not changed.
        preset: The name or alias of a preset.
        check: Whether to build the whole model and run it on a small image.

    Raises:
        UserError: The preset is unknown, or the config cannot be swapped.
    """
    from .replacement import replace_backbones

    return replace_backbones(cfg, preset, check=check)
