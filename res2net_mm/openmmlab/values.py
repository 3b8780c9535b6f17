"""Check the values of a config that decide the course of a run."""

from math import inf
from numbers import Integral, Real
from typing import Any

from mmengine.config import Config
from mmengine.registry import OPTIMIZERS

from res2net_mm.errors import UserError

from .edit import look_up

# Place in the config -> kind of number and least value. A missing value, or None, is MMEngine's.
_NUMBERS: dict[str, tuple[type[Any], int]] = {
    'train_cfg.max_epochs': (Integral, 1),
    'train_cfg.max_iters': (Integral, 1),
    'train_cfg.val_interval': (Integral, 1),
    **{
        f'{name}_dataloader.{setting}': (Integral, least)
        for name in ('train', 'val', 'test')
        for setting, least in (('batch_size', 1), ('num_workers', 0))
    },
    'optim_wrapper.accumulative_counts': (Integral, 1),
    'optim_wrapper.optimizer.lr': (Real, 0),
    'optim_wrapper.optimizer.weight_decay': (Real, 0),
    'randomness.seed': (Integral, 0),
}
_NAMES = {Integral: 'a whole number', Real: 'a finite number'}


def check_values(cfg: Config) -> None:
    """Raise UserError if a number is of another kind or too small, or the optimizer is unknown."""
    for place, (kind, least) in _NUMBERS.items():
        value = look_up(cfg, tuple(place.split('.')))
        if value is None:
            continue
        if not isinstance(value, kind) or isinstance(value, bool) or not least <= value < inf:
            raise UserError(
                f'config {cfg.filename or "given"} has {place}={value!r:.80}, where '
                f'{_NAMES[kind]} of {least} or more is needed'
            )
    optimizer = look_up(cfg, ('optim_wrapper', 'optimizer', 'type'))
    if isinstance(optimizer, str):
        with OPTIMIZERS.switch_scope_and_registry(cfg.get('default_scope')) as registry:
            if registry.get(optimizer) is None:  # MMEngine's own error does not name it
                raise UserError(
                    f'config {cfg.filename or "given"} has optim_wrapper.optimizer.type='
                    f'{optimizer!r}: there is no such optimizer, as SGD and AdamW are'
                )
