"""The engine that runs ONNX files in a browser, from the npm package onnxruntime-web."""

import base64
import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from res2net_mm.checkpoints.download import cache_folder
from res2net_mm.errors import UserError, argument
from res2net_mm.whole_file import whole_file

VERSION = '1.30.0'
#: SHA-512 of the package, as npm states it.
INTEGRITY = (
    'q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfKYQ=='
)
PACKAGE = f'onnxruntime-web-{VERSION}.tgz'
_SCRIPT, _BINARY = 'ort.wasm.bundle.min.mjs', 'ort-wasm-simd-threaded.wasm'


def web_engine(package: str | Path | None = None) -> tuple[bytes, bytes]:
    """Return the script of the engine and its WebAssembly.

    Args:
        package: ``onnxruntime-web-<version>.tgz`` as npm packs it; by default the one in the folder
            of downloads, where ``npm pack`` puts it at first.

    Raises:
        UserError: The package is missing and npm cannot get it, or it is another version.
    """
    file = cache_folder() / PACKAGE if package is None else Path(package)
    if package is None and not file.is_file():
        _pack(file)
    if not file.is_file():
        raise UserError(f'{argument("engine", str(file))} does not exist')
    digest = base64.b64encode(hashlib.sha512(file.read_bytes()).digest()).decode()
    if digest != INTEGRITY:
        raise UserError(
            f'{file} is not onnxruntime-web {VERSION} as published: its SHA-512 differs; delete '
            f'it, or give {argument("engine")} the right one'
        )
    with tarfile.open(file) as archive:
        return _read(archive, _SCRIPT), _read(archive, _BINARY)


def _pack(file: Path) -> None:
    """Have npm download the package."""
    advice = (
        f'put {PACKAGE}, which `npm pack onnxruntime-web@{VERSION}` writes, into {file.parent} or '
        f'name it with {argument("engine")}'
    )
    npm = shutil.which('npm')
    if npm is None:
        raise UserError(f'the engine for browsers is not there, and neither is npm: {advice}')
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        command = [npm, 'pack', f'onnxruntime-web@{VERSION}', '--pack-destination', folder]
        done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
        if done.returncode or not Path(folder, PACKAGE).is_file():
            reason = (done.stderr.strip().splitlines() or ['no package was written'])[0]
            raise UserError(f'npm cannot get the engine for browsers ({reason:.200}): {advice}')
        with whole_file(file) as partial:
            shutil.copyfile(Path(folder, PACKAGE), partial)


def _read(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.extractfile(f'package/dist/{name}')
    assert member is not None, name
    return member.read()
