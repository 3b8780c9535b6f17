"""See that values of a config that decide the course of a run are what MMEngine takes."""

from math import inf
from numbers import Integral, Real
from typing import Any

from mmengine.config import Config
from mmengine.registry import OPTIMIZERS

from res2net_mm.errors import UserError

# Where -> of what kind, from what on. What is not there, or None, is left to MMEngine.
_NUMBERS = {
    'train_cfg.max_epochs': (Integral, 1),
    'train_cfg.max_iters': (Integral, 1),
    'train_cfg.val_interval': (Integral, 1),
    'train_dataloader.batch_size': (Integral, 1),
    'train_dataloader.num_workers': (Integral, 0),
    'val_dataloader.batch_size': (Integral, 1),
    'val_dataloader.num_workers': (Integral, 0),
    'test_dataloader.batch_size': (Integral, 1),
    'test_dataloader.num_workers': (Integral, 0),
    'optim_wrapper.accumulative_counts': (Integral, 1),
    'optim_wrapper.optimizer.lr': (Real, 0),
    'optim_wrapper.optimizer.weight_decay': (Real, 0),
    'randomness.seed': (Integral, 0),
}
_CALLED = {Integral: 'a whole number', Real: 'a finite number'}


def check_values(cfg: Config) -> None:
    """Raise UserError over a number that is none or too small, or an optimizer that is unknown."""
    for place, (kind, least) in _NUMBERS.items():
        value = _at(cfg, place)
        if value is None:
            continue
        if not isinstance(value, kind) or isinstance(value, bool) or not least <= value < inf:
            raise UserError(
                f'config {cfg.filename or "given"} has {place}={value!r:.80}, where '
                f'{_CALLED[kind]} of {least} or more is needed'
            )
    optimizer = _at(cfg, 'optim_wrapper.optimizer.type')
    if isinstance(optimizer, str):
        with OPTIMIZERS.switch_scope_and_registry(cfg.get('default_scope')) as registry:
            if registry.get(optimizer) is None:  # over which MMEngine fails without its name
                raise UserError(
                    f'config {cfg.filename or "given"} has optim_wrapper.optimizer.type='
                    f'{optimizer!r}: there is no such optimizer, as SGD and AdamW are'
                )


def _at(cfg: Config, place: str) -> Any:
    """Return what stands at a dotted place of a config, None where nothing does."""
    value = cfg
    for key in place.split('.'):
        value = value.get(key) if hasattr(value, 'get') else None
    return value
