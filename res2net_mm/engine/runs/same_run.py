"""Decide whether a config and its data continue the run of a checkpoint or are another run."""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config

from res2net_mm.file_kinds import sha256

RECORD = 'run.json'
STATE = 'res2net_mm'  # in a checkpoint's meta

SECTIONS = ('model', 'train_dataloader', 'optim_wrapper', 'param_scheduler', 'train_cfg')
# What may differ when a run is resumed: it changes no iteration that both have.
FREE = {
    'init_cfg', 'pretrained', 'test_cfg',
    'num_workers', 'persistent_workers', 'prefetch_factor', 'pin_memory', 'timeout',
    'val_interval', 'val_begin', 'dynamic_intervals', 'max_epochs', 'max_iters',
    # Where the data are; the fingerprint tells whether they are the same.
    'data_root', 'ann_file', 'data_prefix', 'backend_args',
    'batch_size',  # compared as images per step of all processes
}  # fmt: skip


def run_settings(cfg: Config) -> dict[str, str]:
    """Return the settings of a config that decide the course of a run, by dotted name."""
    settings = {section: cfg.get(section) for section in SECTIONS}
    settings['custom_hooks'] = [
        hook
        for hook in cfg.get('custom_hooks') or ()
        if isinstance(hook, Mapping) and str(hook.get('type')).endswith('EMAHook')
    ]
    return {name: _text(value) for name, value in flatten(settings, leave_out=FREE).items()}


def flatten(
    value: Any, name: str = '', *, separator: str = '.', leave_out: Collection[str] = ()
) -> dict[str, Any]:
    """Return the entries of nested mappings, and of lists of mappings, by joined name.

    ``name`` is that of ``value`` itself; keys in ``leave_out`` are dropped with what lies below.
    """
    if isinstance(value, list | tuple) and any(isinstance(entry, Mapping) for entry in value):
        value = dict(enumerate(value))
    if not isinstance(value, Mapping):
        return {name: value}
    flat: dict[str, Any] = {}
    for key, entry in value.items():
        if key not in leave_out:
            inner = f'{name}{separator}{key}' if name else str(key)
            flat |= flatten(entry, inner, separator=separator, leave_out=leave_out)
    return flat


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return repr(list(value))
    return getattr(value, '__name__', None) or repr(value)


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return what differs, a line for each name: ``optim_wrapper.optimizer.lr was 0.1, is 0.2``."""
    return [
        f'{name} was {old}, is {new}'
        for name in sorted(before.keys() | now.keys())
        if (old := before.get(name, 'not set')) != (new := now.get(name, 'not set'))
    ]


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
        info = dataset.get_data_info(index) if hasattr(dataset, 'get_data_info') else {}
        for kind in ('img_path', 'seg_map_path', 'xml_path'):
            if isinstance(info.get(kind), str):
                path = Path(info[kind])
                files.update(f'{kind} {path.name} {_content(kind, path)}\n'.encode())
    return dict(
        images=number,
        sampled=len(range(0, number, step)),
        files=files.hexdigest()[:16],
        annotations={p.name: sha256(p)[:16] for p in sorted(set(_annotation_files(dataset)))},
        classes=list((getattr(dataset, 'metainfo', None) or {}).get('classes') or ()),
    )


def _content(kind: str, path: Path) -> str:
    if '://' in str(path) or not path.is_file():
        return 'elsewhere'
    return sha256(path)[:16] if kind == 'xml_path' else str(path.stat().st_size)


def _annotation_files(dataset: Any) -> Iterator[Path]:
    """Yield the annotation files of the datasets inside wrappers."""
    for part in [*getattr(dataset, 'datasets', ()), getattr(dataset, 'dataset', None)]:
        if part is not None:
            yield from _annotation_files(part)
    file = getattr(dataset, 'ann_file', None)
    if isinstance(file, str) and file and Path(file).is_file():
        yield Path(file)
