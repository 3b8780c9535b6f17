"""Tell whether a config continues the run of a checkpoint or would be another run."""

from collections.abc import Mapping
from typing import Any

from mmengine.config import Config

RECORD = 'run.json'
STATE = 'res2net_mm'  # in a checkpoint's meta

SECTIONS = ('model', 'train_dataloader', 'optim_wrapper', 'param_scheduler', 'train_cfg')
# What may be another when a run goes on: it changes no iteration that the run has in common.
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
    # Where data lie; whether they are the same tells their fingerprint.
    'data_root',
    'ann_file',
    'data_prefix',
    'backend_args',
    # Compared as images per step of all processes.
    'batch_size',
}


def run_settings(cfg: Config) -> dict[str, str]:
    """Return what of a config decides the course of a run, by dotted name."""
    settings: dict[str, str] = {}
    for section in SECTIONS:
        _flatten(section, cfg.get(section), settings)
    averages = [
        hook
        for hook in cfg.get('custom_hooks') or ()
        if isinstance(hook, Mapping) and str(hook.get('type')).endswith('EMAHook')
    ]
    _flatten('custom_hooks', averages, settings)
    return settings


def _flatten(name: str, value: Any, into: dict[str, str]) -> None:
    if name.rpartition('.')[2] in FREE:
        return
    if isinstance(value, Mapping):
        for key, entry in value.items():
            _flatten(f'{name}.{key}', entry, into)
    elif isinstance(value, list | tuple) and any(isinstance(v, Mapping) for v in value):
        for index, entry in enumerate(value):
            _flatten(f'{name}.{index}', entry, into)
    elif isinstance(value, list | tuple):
        into[name] = repr(list(value))
    else:
        into[name] = getattr(value, '__name__', None) or repr(value)


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return what differs, a line for each name: ``optim_wrapper.optimizer.lr was 0.1, is 0.2``."""
    lines = []
    for name in sorted(before.keys() | now.keys()):
        old, new = before.get(name, 'not set'), now.get(name, 'not set')
        if old != new:
            lines.append(f'{name} was {old}, is {new}')
    return lines
