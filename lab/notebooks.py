"""The notebooks of the documentation as programs, for tests and pictures: Jupyter is not needed."""

import json
import re
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / 'docs/notebooks'
_COMMAND = re.compile(r'^!res2net-mm (.+)$', re.MULTILINE)
# `{NAME}` in a command stands for a variable, as in Jupyter. A command that fails ends the program.
_RUN = """
import subprocess, sys
def _command(words):
    subprocess.run(f'"{sys.executable}" -W ignore -m res2net_mm {words}', shell=True, check=True)
"""


def notebooks() -> list[Path]:
    """Return the notebooks by name."""
    return sorted(FOLDER.glob('*.ipynb'))


def code(notebook: Path) -> list[str]:
    """Return the content of each code cell."""
    return [''.join(cell['source']) for cell in cells(notebook) if cell['cell_type'] == 'code']


def cells(notebook: Path) -> list[dict]:
    """Return the cells of a notebook as its format has them."""
    found: list[dict] = json.loads(notebook.read_text(encoding='utf-8'))['cells']
    return found


def run(notebook: Path, folder: Path) -> str:
    """Run the cells from top to bottom in a process of their own; return what they printed.

    Args:
        notebook: The notebook.
        folder: The working directory; the program is kept there as ``cells.py``.

    Raises:
        RuntimeError: A cell fails; the message holds what was printed.
    """
    called = r'_command(f"\1")'
    program = folder / 'cells.py'
    text = '\n'.join([_RUN, *(_COMMAND.sub(called, cell) for cell in code(notebook))])
    program.write_text(text, encoding='utf-8')
    done = subprocess.run(
        [sys.executable, '-W', 'ignore', program], cwd=folder, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f'{notebook.name} ends with an error:\n{done.stdout}\n{done.stderr}')
    return done.stdout
