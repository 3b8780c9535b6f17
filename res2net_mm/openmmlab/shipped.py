"""The configs that toolboxes ship, ``mmdet::<folder>/<file>.py``, and how a file inherits one."""

import os
import re
import sys
from importlib.util import find_spec
from pathlib import Path

from mmengine.config import Config

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

    MMEngine's ``get_config`` installs a toolbox that it does not find, and refuses folders whose
    name holds more than word characters, such as ``gn+ws``.

    Raises:
        UserError: The toolbox is not installed, or ships no such config.
    """
    toolbox, _, rest = name.partition('::')
    file = shipped_folder(toolbox) / rest
    if not file.is_file():
        raise UserError(f'{toolbox} ships no config {rest}')
    return file


def own_file(name: str) -> Path | None:
    """Return the file of a config of this package, or None if it ships none of the name.

    Args:
        name: Such as ``faster_rcnn_r2n50_fpn``, or the same with ``configs/`` and ``.py``.
    """
    folder, _, stem = name.removesuffix('.py').rpartition('/')
    file = shipped_folder('res2net_mm') / f'{stem}.py'
    return file if folder in ('', 'configs') and file.is_file() else None


def shipped_name(file: Path) -> str | None:
    """Return the name of a config that a toolbox ships, None for any other."""
    parts = file.resolve().parts
    for i in range(1, len(parts) - 2):
        if parts[i : i + 2] == CONFIGS:
            return f'{parts[i - 1]}::{"/".join(parts[i + 2 :])}'
    return None


def is_new_style(config: Path) -> bool:
    """Return whether a config is pure Python, with ``read_base`` and imported classes."""
    return config.suffix == '.py' and Config._is_lazy_import(str(config))


def base_lines(original: Path, folder: Path) -> list[str]:
    """Return the line by which a config in ``folder`` inherits ``original``.

    A config that a toolbox ships is named by its toolbox, ``mmdet::...``, so that the file works
    on every machine. Others, and those whose name MMEngine does not accept, are named by their
    relative path.
    """
    name = shipped_name(original)
    if name is None or not re.match(r'\w+::\w+/', name):
        name = Path(os.path.relpath(original.resolve(), folder.resolve())).as_posix()
    return [f'_base_ = {name!r}']


def import_lines(original: Path, folder: Path) -> list[str]:
    """Return the lines by which a new-style config in ``folder`` inherits ``original``.

    A config inside an installed package is imported by its full name, others relative to the
    folder.

    Raises:
        UserError: A folder or the file is not named by a Python identifier, as an import needs.
    """
    original, folder = original.resolve(), folder.resolve()
    package = _package_path(original)
    if package is not None:
        module = '.'.join(package)
    else:
        *up, last = Path(os.path.relpath(original.with_suffix(''), folder)).parts
        dots = '.' * (1 + up.count('..'))
        module = dots + '.'.join([*(name for name in up if name != '..'), last])
    if not all(name.isidentifier() for name in module.lstrip('.').split('.')):
        raise UserError(
            f'{original} is a config in pure Python, and no import can spell {module!r}: rename '
            'it, or write the new config beside it (-o)'
        )
    return [
        'from mmengine.config import read_base',
        '',
        'with read_base():',
        f'    from {module} import *',
    ]


def _package_path(file: Path) -> list[str] | None:
    """Return the full name of a module in an installed package, in parts."""
    for entry in filter(None, sys.path):
        root = Path(entry).resolve()
        if root.name == 'site-packages' and file.is_relative_to(root):
            return list(file.relative_to(root).with_suffix('').parts)
    return None
