"""The virtual environment: is it fit and up to date, and if not, make it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from .report import SetupError

STAMP = 'res2net_mm-setup.json'


class VirtualEnv:
    """A virtual environment in `folder`, with a stamp that says what was installed in it.

    The stamp is written when the folder is made, and once more, complete, when everything stands in
    it: only folders with a stamp are ever emptied and made anew.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.python = folder / 'bin' / 'python'
        self.stamp = folder / STAMP

    def is_up_to_date(self, wanted: dict) -> bool:
        """Return whether a finished set-up left exactly `wanted` here; runs nothing."""
        return self._stamp() == {**wanted, 'complete': True} and self.python.exists()

    def misfit(self, wanted: dict) -> str | None:
        """Return why the environment must be made anew, None if it can be kept or is not there.

        Raises:
            SetupError: the folder holds something else, which is not ours to remove.
        """
        if not self.folder.exists() or not any(self.folder.iterdir()):
            return None
        stamp = self._stamp()
        if stamp is None and not (self.folder / 'pyvenv.cfg').exists():
            raise SetupError(
                f'{self.folder} exists and is not a virtual environment: remove it, or name '
                f'another folder with --venv.'
            )
        if stamp:
            stamp = {'line': 'openmmlab', **stamp}  # the only one when stamps did not say
        for name in ('python', 'folder', 'device', 'line') if stamp else ():
            if stamp.get(name) != wanted[name]:
                return f'{name} was {stamp.get(name)}, now {wanted[name]}'
        version = self._run('import sys, pip; print(*sys.version_info[:2], sep=".")')
        if version == wanted['python']:
            return None
        if stamp is None:
            raise SetupError(
                f'{self.folder} has a Python {version or "that does not run"}, not '
                f'{wanted["python"]}: remove it, or name another folder with --venv.'
            )
        return 'its Python or its pip does not run'

    def make(self, wanted: dict) -> None:
        """Make the environment, of this Python, unless a fit one is there; empty an unfit one.

        Raises:
            SetupError: Python comes without venv or ensurepip.
        """
        if self.misfit(wanted):
            self._empty()
        if (self.folder / 'pyvenv.cfg').exists():
            return
        try:
            import ensurepip  # noqa: F401
            import venv  # noqa: F401
        except ImportError as fault:
            raise SetupError(
                f'{sys.executable} comes without the module {fault.name}: install it (Debian and '
                f'Ubuntu: apt-get install python3-venv), or name another Python with PYTHON=.'
            ) from None
        self.folder.mkdir(parents=True, exist_ok=True)
        self._write_stamp({**wanted, 'complete': False})
        command = [sys.executable, '-m', 'venv', self.folder]
        made = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if made.returncode:
            self._empty()
            raise SetupError(f'{sys.executable} -m venv failed: {made.stdout.strip()[-1000:]}')

    def mark(self, wanted: dict, *, complete: bool) -> None:
        """Write the stamp."""
        self._write_stamp({**wanted, 'complete': complete})

    def environ(self) -> dict[str, str]:
        """Return the environment variables that commands in this virtual environment run with."""
        environ = {k: v for k, v in os.environ.items() if k not in ('PYTHONHOME', 'PYTHONPATH')}
        environ.update(
            VIRTUAL_ENV=str(self.folder),
            PATH=f'{self.folder / "bin"}{os.pathsep}{environ.get("PATH", os.defpath)}',
            PIP_USER='0',
            PIP_NO_INPUT='1',
            PIP_DISABLE_PIP_VERSION_CHECK='1',
            PYTHONUNBUFFERED='1',
        )
        return environ

    def _run(self, code: str) -> str | None:
        command = [self.python, '-c', code]
        try:
            done = subprocess.run(command, capture_output=True, text=True, env=self.environ())
        except OSError:
            return None
        return done.stdout.strip() if done.returncode == 0 else None

    def _stamp(self) -> dict | None:
        try:
            return json.loads(self.stamp.read_text(encoding='utf-8'))
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            return {}

    def _write_stamp(self, content: dict) -> None:
        half = self.stamp.with_suffix('.half')
        half.write_text(json.dumps(content, indent=1) + '\n', encoding='utf-8')
        os.replace(half, self.stamp)

    def _empty(self) -> None:
        for entry in self.folder.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
