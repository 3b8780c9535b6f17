"""How a written config names the one it inherits."""

import os
import re
import sys
from pathlib import Path

from mmengine.config import Config

from res2net_mm.errors import UserError

from .shipped import shipped_name


def is_new_style(config: Path) -> bool:
    """Whether a config is pure Python, with ``read_base`` and imported classes."""
    return config.suffix == '.py' and Config._is_lazy_import(str(config))


def base_lines(original: Path, folder: Path) -> list[str]:
    """Return the line by which a config in ``folder`` inherits ``original``.

    A config that a toolbox ships is named by its toolbox, ``mmdet::...``, so that the file works
    on every machine; another one by its relative path, as is one whose name MMEngine does not take.
    """
    name = shipped_name(original)
    if name is None or not re.match(r'\w+::\w+/', name):
        name = Path(os.path.relpath(original.resolve(), folder.resolve())).as_posix()
    return [f'_base_ = {name!r}']


def import_lines(original: Path, folder: Path) -> list[str]:
    """Return the lines by which a new-style config in ``folder`` inherits ``original``.

    A config inside an installed package is imported by its full name, another one by its place
    relative to the folder.

    Raises:
        UserError: A name on the way is no Python identifier, so that no import can spell it.
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
