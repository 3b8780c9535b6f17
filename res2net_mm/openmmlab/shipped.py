"""The configs that toolboxes ship, and their names: ``mmdet::<folder>/<file>.py``."""

from importlib.util import find_spec
from pathlib import Path

from res2net_mm.errors import UserError

CONFIGS = ('.mim', 'configs')  # where a toolbox installs them


def shipped_folder(toolbox: str) -> Path:
    """Return the folder of a toolbox's configs.

    Raises:
        UserError: The toolbox is not installed, or without its configs.
    """
    spec = find_spec(toolbox) if toolbox.isidentifier() else None
    folder = Path(spec.origin).parent.joinpath(*CONFIGS) if spec and spec.origin else None
    if folder is None or not folder.is_dir():
        raise UserError(f'{toolbox} is not installed with its configs')
    return folder


def shipped_file(name: str) -> Path:
    """Return the file of a shipped config.

    MMEngine's ``get_config`` does so too, but installs a toolbox that it does not find, and takes
    no name with other than word characters in its folder, such as ``gn+ws``.

    Raises:
        UserError: The toolbox is not installed, or ships no such config.
    """
    toolbox, _, rest = name.partition('::')
    file = shipped_folder(toolbox) / rest
    if not file.is_file():
        raise UserError(f'{toolbox} ships no config {rest}')
    return file


def shipped_name(file: Path) -> str | None:
    """Return the name of a config, or None if it is not one that a toolbox ships."""
    parts = file.resolve().parts
    for i in range(1, len(parts) - 2):
        if parts[i : i + 2] == CONFIGS:
            return f'{parts[i - 1]}::{"/".join(parts[i + 2 :])}'
    return None
