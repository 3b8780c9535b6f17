"""Decide whether a config continues the run of a checkpoint or would be another run."""

from collections.abc import Collection, Mapping
from typing import Any

from mmengine.config import Config

RECORD = 'run.json'
STATE = 'res2net_mm'  # in a checkpoint's meta

SECTIONS = ('model', 'train_dataloader', 'optim_wrapper', 'param_scheduler', 'train_cfg')
# What may differ when a run is resumed: it changes no iteration that both have.
FREE = {
    'init_cfg',
    'pretrained',
    'test_cfg',
    'num_workers',
    'persistent_workers',
    'prefetch_factor',
    'pin_memory',
    'timeout',
    'val_interval',
    'val_begin',
    'dynamic_intervals',
    'max_epochs',
    'max_iters',
    # Where the data are; the fingerprint tells whether they are the same.
    'data_root',
    'ann_file',
    'data_prefix',
    'backend_args',
    # Compared as images per step of all processes.
    'batch_size',
}


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

    Args:
        value: The mapping, list or entry.
        name: The name of ``value`` itself.
        separator: What joins the names.
        leave_out: Keys that are left out with what lies below them.
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
    lines = []
    for name in sorted(before.keys() | now.keys()):
        old, new = before.get(name, 'not set'), now.get(name, 'not set')
        if old != new:
            lines.append(f'{name} was {old}, is {new}')
    return lines
