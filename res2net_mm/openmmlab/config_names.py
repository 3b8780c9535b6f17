"""Configs by name, ``mmdet::<folder>/<file>.py`` or ``res2net_mm::<file>.py``; how to inherit one.

MMEngine knows the names of OpenMMLab's own packages only, refuses names of configs that lie in no
sub-folder, as ours do, and has no hook for either. It reads the bases of a config before anything
in it runs, so this package must have been imported by then. Its own commands do that. For another
program, such as MMDetection's ``tools/train.py``, the config can:
``_base_ = __import__('res2net_mm') and 'res2net_mm::...'``.
"""

import os
import re
import sys
from collections.abc import Callable
from functools import wraps
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

from mmengine import hub
from mmengine.config import Config, config, utils

from res2net_mm.errors import UserError

SCOPE = 'res2net_mm'
ANCHOR = 'res2net_mm.version'  # a module in the folder that the configs lie in
PARSER = '_get_package_and_cfg_path'
CONFIGS = ('.mim', 'configs')  # where a toolbox installs them


def teach_config_names() -> None:
    """Have MMEngine resolve ``res2net_mm::`` and ``mmseg::``; doing it again is harmless."""
    parse = getattr(utils, PARSER)
    if not hasattr(parse, '__wrapped__'):
        for module in (utils, config, hub.hub):
            setattr(module, PARSER, _with_own_names(parse))
    # MMEngine looks for mmseg's configs in the distribution mmsegmentation. The maintained line
    # has another name, where the module's name works.
    if find_spec('mmseg'):
        try:
            distribution('mmsegmentation')
        except PackageNotFoundError:
            utils.MODULE2PACKAGE['mmseg'] = 'mmseg'


def _with_own_names(parse: Callable[[str], tuple[str, str]]) -> Callable[[str], tuple[str, str]]:
    """Return MMEngine's parser of config names, extended by this package's."""

    @wraps(parse)
    def parse_name(name: str) -> tuple[str, str]:
        scope, _, path = name.partition('::')
        if scope == SCOPE and path:
            # MMEngine guesses the folder of a distribution, wrongly for editable installs; for a
            # module it takes the folder that its file lies in.
            return ANCHOR, path
        return parse(name)

    return parse_name


def shipped_folder(toolbox: str) -> Path:
    """Return the folder of a toolbox's configs; UserError if it is not installed with them."""
    spec = find_spec(toolbox) if toolbox.isidentifier() else None
    folder = Path(spec.origin).parent.joinpath(*CONFIGS) if spec and spec.origin else None
    if folder is None or not folder.is_dir():
        raise UserError(f'{toolbox} is not installed with its configs')
    return folder


def shipped_file(name: str) -> Path:
    """Return the file of a shipped config; UserError if there is none.

    MMEngine's ``get_config`` installs a toolbox that it does not find, and refuses folders whose
    name holds more than word characters, such as ``gn+ws``.
    """
    toolbox, _, rest = name.partition('::')
    file = shipped_folder(toolbox) / rest
    if not file.is_file():
        raise UserError(f'{toolbox} ships no config {rest}')
    return file


def own_file(name: str) -> Path | None:
    """Return the file of a config of this package, None if it ships none of the name.

    ``configs/`` before the name and ``.py`` behind it may be left out.
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
    folder; UserError if no import can spell the name.
    """
    original, folder = original.resolve(), folder.resolve()
    roots = [Path(entry).resolve() for entry in sys.path if entry]
    roots = [r for r in roots if r.name == 'site-packages' and original.is_relative_to(r)]
    if roots:
        module = '.'.join(original.relative_to(roots[0]).with_suffix('').parts)
    else:
        *up, last = Path(os.path.relpath(original.with_suffix(''), folder)).parts
        dots = '.' * (1 + up.count('..'))
        module = dots + '.'.join([*(name for name in up if name != '..'), last])
    if not all(name.isidentifier() for name in module.lstrip('.').split('.')):
        raise UserError(
            f'{original} is a config in pure Python, and no import can spell {module!r}: rename '
            'it, or write the new config beside it (-o)'
        )
    read_base = 'from mmengine.config import read_base'
    return [read_base, '', 'with read_base():', f'    from {module} import *']
