"""Read requirements/, the only place where versions are written."""

import re
from pathlib import Path
from typing import NamedTuple

from .report import SetupError

# A file each, `requirements/<name>.txt`.
SECTIONS = ('torch', 'build', 'openmmlab', 'original', 'runtime', 'export', 'dev')
_PIN = re.compile(r'(?P<name>[A-Za-z0-9][\w.-]*)==(?P<version>[\w.+!-]+)(?P<marker>\s*;\s*\S.*)?')


class Pin(NamedTuple):
    """One requirement with its exact version; `marker` is empty or starts with `;`."""

    name: str
    version: str
    marker: str = ''

    def __str__(self):
        return f'{self.name}=={self.version}{self.marker}'


def read_pins(folder: Path) -> dict[str, list[Pin]]:
    """Return the pins of each file, in its order; comments and empty lines are passed over.

    Raises:
        SetupError: A line is not `name==version`, or a file is unknown, missing or empty.
    """
    files = {path.stem: path for path in sorted(folder.glob('*.txt'))}
    if unknown := files.keys() - set(SECTIONS):
        raise SetupError(f'{folder}: {", ".join(sorted(unknown))} is not one of {SECTIONS}.')
    pins = {name: _read(files[name]) if name in files else [] for name in SECTIONS}
    if empty := [f'{name}.txt' for name in SECTIONS if not pins[name]]:
        raise SetupError(f'{folder} has nothing in {", ".join(empty)}.')
    return pins


def _read(path: Path) -> list[Pin]:
    pins = []
    for number, line in enumerate(path.read_text(encoding='utf-8').splitlines(), 1):
        line = line.strip()
        if not line or line.startswith('#'):
            continue
        pin = _PIN.fullmatch(line)
        if not pin:
            raise SetupError(
                f'{path}, line {number}: {line!r} is not an exact pin such as numpy==2.2.6.'
            )
        pins.append(Pin(pin['name'], pin['version'], (pin['marker'] or '').strip()))
    return pins
