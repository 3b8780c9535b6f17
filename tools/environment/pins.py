"""Read requirements.txt, the only place where versions are written."""

import re
from pathlib import Path
from typing import NamedTuple

from .report import SetupError

SECTIONS = ('torch', 'build', 'openmmlab', 'original', 'runtime', 'dev')
_HEADER = re.compile(r'# \[(\w+)\]')
_PIN = re.compile(r'(?P<name>[A-Za-z0-9][\w.-]*)==(?P<version>[\w.+!-]+)(?P<marker>\s*;\s*\S.*)?')


class Pin(NamedTuple):
    """One requirement with its exact version; `marker` is empty or starts with `;`."""

    name: str
    version: str
    marker: str = ''

    def __str__(self):
        return f'{self.name}=={self.version}{self.marker}'


def read_pins(path: Path) -> dict[str, list[Pin]]:
    """Return the pins of each section, in the file's order.

    A section starts with a comment `# [name] ...`; other comments and empty lines are passed over.

    Raises:
        SetupError: a line is not `name==version`, or a section is unknown, missing or empty.
    """
    pins: dict[str, list[Pin]] = {}
    section = None
    for number, line in enumerate(path.read_text(encoding='utf-8').splitlines(), 1):
        line = line.strip()
        where = f'{path}, line {number}'
        if header := _HEADER.match(line):
            section = header[1]
            if section not in SECTIONS or section in pins:
                raise SetupError(
                    f'{where}: section [{section}] is not one of {", ".join(SECTIONS)}, each once.'
                )
            pins[section] = []
        elif line and not line.startswith('#'):
            pin = _PIN.fullmatch(line)
            if not pin:
                raise SetupError(f'{where}: {line!r} is not an exact pin such as numpy==2.2.6.')
            if section is None:
                raise SetupError(f'{where}: {line!r} stands before the first section header.')
            pins[section].append(Pin(pin['name'], pin['version'], (pin['marker'] or '').strip()))
    empty = [name for name in SECTIONS if not pins.get(name)]
    if empty:
        raise SetupError(f'{path} has nothing under [{"], [".join(empty)}].')
    return pins
