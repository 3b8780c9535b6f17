"""Tell whether the data of two runs are the same, without reading every image."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

SAMPLED = 5000  # images that are looked at in a larger set, evenly spaced


def data_fingerprint(dataset: Sequence) -> dict[str, Any]:
    """Return what identifies the data of an mm dataset.

    Annotation files are hashed whole. Of images and label maps the names (without the folder that
    they lie in) and sizes count, and of VOC's XML files the content: of all, or of ``SAMPLED``
    evenly spaced ones. When a file was changed does not count.

    Args:
        dataset: A dataset of MMEngine, within wrappers or not.

    Returns:
        ``images`` (their number), ``sampled`` (how many of them were looked at), ``files`` (one
        hash over names and sizes), ``annotations`` (hash by file name) and ``classes``.
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


def _files_of(dataset: Sequence, index: int) -> Iterator[tuple[str, Path]]:
    """Yield the files that a sample is read from."""
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
