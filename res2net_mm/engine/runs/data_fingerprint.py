"""Identify the data of a run, without reading every image."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SAMPLED = 5000  # images of a larger set that are looked at, evenly spaced


def data_fingerprint(dataset: Any) -> dict[str, Any]:
    """Return what identifies the data of an mm dataset, within wrappers or not.

    Annotation files are hashed whole. Images and label maps count by name (without the folder) and
    size in bytes, VOC's XML files by content: all of them, or ``SAMPLED`` evenly spaced ones. The
    time at which a file was changed does not count.

    Returns:
        ``images`` (their number), ``sampled`` (the number of images looked at), ``files`` (one hash
        over names and sizes), ``annotations`` (hash by file name) and ``classes``.
    """
    number = len(dataset)
    step = max(1, -(-number // SAMPLED))
    files = hashlib.sha256()
    for index in range(0, number, step):
        for kind, path in _files_of(dataset, index):
            files.update(f'{kind} {path.name} {_content(kind, path)}\n'.encode())
    return dict(
        images=number,
        sampled=len(range(0, number, step)),
        files=files.hexdigest()[:16],
        annotations={path.name: _hash(path) for path in sorted(set(_annotation_files(dataset)))},
        classes=list((getattr(dataset, 'metainfo', None) or {}).get('classes') or ()),
    )


def _files_of(dataset: Any, index: int) -> Iterator[tuple[str, Path]]:
    """Yield the kind and path of each file that a sample is read from."""
    if not hasattr(dataset, 'get_data_info'):
        return
    info = dataset.get_data_info(index)
    for kind in ('img_path', 'seg_map_path', 'xml_path'):
        if isinstance(info.get(kind), str):
            yield kind, Path(info[kind])


def _content(kind: str, path: Path) -> str:
    if '://' in str(path) or not path.is_file():
        return 'elsewhere'
    return _hash(path) if kind == 'xml_path' else str(path.stat().st_size)


def _annotation_files(dataset: Any) -> Iterator[Path]:
    """Yield the annotation files of the datasets inside wrappers."""
    for part in [*getattr(dataset, 'datasets', ()), getattr(dataset, 'dataset', None)]:
        if part is not None:
            yield from _annotation_files(part)
    file = getattr(dataset, 'ann_file', None)
    if isinstance(file, str) and file and Path(file).is_file():
        yield Path(file)


def _hash(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open('rb') as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()[:16]
