"""Which settings of a config make it another run."""

import pytest
from mmengine.config import Config

from res2net_mm.engine.runs.same_run import differences, flatten, run_settings

CONFIG = dict(
    model=dict(backbone=dict(depth=50, init_cfg=dict(type='Pretrained'))),
    train_dataloader=dict(batch_size=2, num_workers=4, dataset=dict(type='A', data_root='x')),
    optim_wrapper=dict(optimizer=dict(lr=0.1, betas=(0.9, 0.99))),
    param_scheduler=[dict(type='LinearLR', end=8), dict(type='MultiStepLR', milestones=[1, 2])],
    train_cfg=dict(max_epochs=3),
    custom_hooks=[dict(type='EMAHook', momentum=0.1), dict(type='LossLog')],
)


def test_settings_are_named_by_their_place():
    assert run_settings(Config(CONFIG)) == {
        'model.backbone.depth': '50',
        'train_dataloader.dataset.type': "'A'",
        'optim_wrapper.optimizer.lr': '0.1',
        'optim_wrapper.optimizer.betas': '[0.9, 0.99]',
        'param_scheduler.0.type': "'LinearLR'",
        'param_scheduler.0.end': '8',
        'param_scheduler.1.type': "'MultiStepLR'",
        'param_scheduler.1.milestones': '[1, 2]',
        'custom_hooks.0.type': "'EMAHook'",
        'custom_hooks.0.momentum': '0.1',
    }


@pytest.mark.parametrize(
    ('key', 'value', 'another'),
    [
        ('train_cfg.max_epochs', 9, False),
        ('train_dataloader.num_workers', 0, False),
        ('model.backbone.init_cfg', None, False),
        ('model.backbone.depth', 101, True),
        ('optim_wrapper.optimizer.lr', 0.2, True),
        ('custom_hooks', [], True),
    ],
)
def test_what_makes_another_run(key, value, another):
    changed = Config(CONFIG)
    changed.merge_from_dict({key: value})
    assert bool(differences(run_settings(Config(CONFIG)), run_settings(changed))) == another


def test_entries_of_nested_mappings():
    nested = {'a': {'b': 1, 'c': [1, 2]}, 'd': [{'e': 2}], 'f': {}}
    assert flatten(nested) == {'a.b': 1, 'a.c': [1, 2], 'd.0.e': 2}
    assert flatten(nested, separator=': ', leave_out=['c', 'd']) == {'a: b': 1}


def test_differences_are_sorted_lines():
    assert differences(dict(b=1, a=2, c=3), dict(a=2, b=3)) == [
        'b was 1, is 3',
        'c was 3, is not set',
    ]
