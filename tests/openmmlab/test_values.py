"""Numbers of a config that decide the course of a run."""

import pytest
from mmengine.config import Config

from res2net_mm.errors import UserError
from res2net_mm.openmmlab.values import check_values


def config(optimizer='SGD', **train):
    return Config(
        dict(train_cfg=train, optim_wrapper=dict(optimizer=dict(type=optimizer, lr=0.02)))
    )


def test_what_is_fit_or_absent_is_left_to_mmengine():
    check_values(Config(dict(train_cfg=None)))
    check_values(config(max_epochs=3, val_interval=None))


@pytest.mark.parametrize('value', [0, -1, 1.5, True, 'many', float('nan')])
def test_a_number_that_is_none_is_named_with_its_place(value):
    with pytest.raises(UserError, match=r'train_cfg.max_epochs=.* whole number of 1 or more'):
        check_values(config(max_epochs=value))


@pytest.mark.parametrize('rate', [-0.1, float('inf'), float('nan'), 'fast'])
def test_a_rate_must_be_finite(rate):
    cfg = config()
    cfg.optim_wrapper.optimizer.lr = rate
    with pytest.raises(UserError, match=r'optimizer.lr=.* a finite number of 0 or more'):
        check_values(cfg)


def test_an_unknown_optimizer_is_named():
    with pytest.raises(UserError, match="'Sgd': there is no such optimizer"):
        check_values(config('Sgd'))
