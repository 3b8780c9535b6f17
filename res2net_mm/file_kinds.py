"""Tell files apart by what they hold: what a file that is no checkpoint is instead, its hash."""

import hashlib
import re
import zipfile
from pathlib import Path

# Format of an exported file -> its suffix.
EXPORTED_SUFFIXES = {'onnx': '.onnx', 'openvino': '.xml', 'torch': '.pt2'}

LOOKED_AT = 1024  # bytes at the start of a file

IMAGE = 'it is an image'

# How a file begins -> what it is and what to do. The ends of downloads that went wrong come first.
_KINDS = (
    (rb'', 'it is empty: get it anew'),
    (rb'\0+', 'it begins with nothing but zeros, as where a disk was full: get it anew'),
    (
        rb'version https://git-lfs.*',
        'it is a Git LFS pointer in place of the file: fetch that with `git lfs pull`',
    ),
    (rb'\s*<(!doctype html|html).*', 'it is an HTML page: what it was saved from is no download'),
    (rb'\s*<\?xml.*', 'it is XML, as servers answer in place of a file: get it anew'),
    (rb'\x1f\x8b.*', 'it is packed by gzip: unpack it'),
    (rb'\xfd7zXZ.*', 'it is packed by xz: unpack it'),
    (rb'BZh.*', 'it is packed by bzip2: unpack it'),
    (rb'7z\xbc\xaf.*', 'it is a 7z archive: unpack it'),
    (rb'Rar!.*', 'it is a RAR archive: unpack it'),
    (rb'.{257}ustar.*', 'it is a tar archive: unpack it'),
    (rb'\x89PNG.*|\xff\xd8\xff.*|GIF8.*', IMAGE),
    (rb'\x89HDF.*', 'it is of HDF5 (Keras): only PyTorch, Paddle and safetensors are read'),
)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open('rb') as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def is_exported(path: str | Path) -> bool:
    """Return whether a file is an exported one, by its suffix."""
    return Path(path).suffix in EXPORTED_SUFFIXES.values()


def what_it_is(path: Path) -> str | None:
    """Say what a file is that is not what it was taken for; None if that is not known."""
    with path.open('rb') as file:
        head = file.read(LOOKED_AT)
    for pattern, kind in _KINDS:
        if re.fullmatch(pattern, head, re.DOTALL | re.IGNORECASE):
            return kind
    return _what_zip(path) if head.startswith(b'PK') else None


def _what_zip(path: Path) -> str | None:
    """Say what a zip file is; None for a torn one or a checkpoint of PyTorch."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return None
    if any('/code/' in name for name in names) and any(n.endswith('constants.pkl') for n in names):
        return 'it is a TorchScript program: save the state_dict of the model in its place'
    if any(name.endswith('/data.pkl') for name in names):
        return None
    return 'it is a zip archive, but none of PyTorch: unpack it'
