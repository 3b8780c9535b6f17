"""Built mmcv wheels in the user's cache: kept whole, and checked before they are trusted."""

import hashlib
import os
import re
import shutil
import sys
import sysconfig
import tempfile
import zipfile
from pathlib import Path

_EXTENSION = re.compile(r'mmcv/_ext[^/]*\.(so|pyd)')


def default_cache() -> Path:
    """Return the user's cache folder for this project."""
    return Path(os.environ.get('XDG_CACHE_HOME') or Path.home() / '.cache') / 'res2net_mm'


def wheel_key(mmcv: str, torch: str, device: str) -> str:
    """Return a name for what a wheel depends on: mmcv, torch, device, Python, platform.

    Args:
        mmcv: requirement as pinned, for instance `onedl-mmcv==2.3.6`.
        torch: `torch.__version__`, build included, for instance `2.13.0+cpu`.
        device: `cpu` or `cuda`.
    """
    python = f'cp{sys.version_info.major}{sys.version_info.minor}'
    words = (mmcv, f'torch-{torch}', device, python, sysconfig.get_platform())
    return re.sub(r'[^\w.+-]+', '-', '_'.join(words))


def wheel_fault(wheel: Path) -> str | None:
    """Return what is wrong with the file of a wheel: not a whole archive, or built without ops."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            damaged = archive.testzip()
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile) as fault:
        return f'it is not a whole archive ({fault})'
    if damaged:
        return f'{damaged} in it is damaged'
    if not any(_EXTENSION.fullmatch(name) for name in names):
        return 'it has no compiled operators (mmcv/_ext)'
    return None


class WheelCache:
    """One wheel and its checksum in a folder named by `wheel_key`; to be used under its lock."""

    def __init__(self, cache: Path, key: str):
        self.folder = cache / 'wheels' / key
        self.build_folder = cache / 'build' / key
        self.lock = cache / 'wheels' / f'{key}.lock'

    def find(self) -> tuple[Path | None, str | None]:
        """Return a wheel that can be trusted, or None and why the one that is there cannot."""
        wheels = sorted(self.folder.glob('*.whl'))
        if not wheels:
            return None, None
        wheel = wheels[0]
        try:
            expected = _checksum_file(wheel).read_text(encoding='utf-8').split()[0]
        except (OSError, IndexError, UnicodeDecodeError):
            return None, f'{wheel} has no checksum beside it'
        if _sha256(wheel) != expected:
            return None, f'{wheel} does not match its checksum'
        fault = wheel_fault(wheel)
        return (None, f'{wheel}: {fault}') if fault else (wheel, None)

    def store(self, wheel: Path) -> Path:
        """Copy a checked wheel in, whole or not at all, and return the copy's path."""
        self.drop()
        self.folder.mkdir(parents=True)
        kept = self.folder / wheel.name
        with tempfile.NamedTemporaryFile(dir=self.folder, delete=False) as half:
            with wheel.open('rb') as source:
                shutil.copyfileobj(source, half)
            half.flush()
            os.fsync(half.fileno())
        os.replace(half.name, kept)
        half_checksum = Path(f'{half.name}.sha256')
        half_checksum.write_text(f'{_sha256(wheel)}  {wheel.name}\n', encoding='utf-8')
        os.replace(half_checksum, _checksum_file(kept))
        return kept

    def drop(self) -> None:
        """Remove what is kept under this key."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _checksum_file(wheel: Path) -> Path:
    return wheel.with_name(f'{wheel.name}.sha256')


def _sha256(path: Path) -> str:
    with path.open('rb') as file:
        digest = hashlib.sha256()
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
