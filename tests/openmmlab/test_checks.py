"""A config that describes no run, or whose data is not there, is one error."""

from pathlib import Path

import pytest
from mmengine.config import Config

from res2net_mm.errors import UserError
from res2net_mm.openmmlab.checks import (
    check_values,
    require_datasets,
    require_parts,
    use_data_root_variable,
)


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


MAIN = Path(__file__).parents[2] / 'configs/faster_rcnn_r2n50_fpn.py'


def test_data_root_variable_reaches_every_path(monkeypatch, tmp_path):
    monkeypatch.setenv('MMDET_DATASETS', str(tmp_path))
    cfg = Config.fromfile(MAIN)
    use_data_root_variable(cfg)
    root = f'{tmp_path}/'
    assert cfg.data_root == root
    assert cfg.train_dataloader.dataset.data_root == root
    assert cfg.val_evaluator.ann_file == f'{root}annotations/instances_val2017.json'


def test_without_the_variable_nothing_changes(monkeypatch):
    monkeypatch.delenv('MMDET_DATASETS', raising=False)
    cfg = Config.fromfile(MAIN)
    use_data_root_variable(cfg)
    assert cfg.data_root == 'data/coco/'


def test_everything_missing_is_named_at_once():
    cfg = Config(
        dict(
            train_dataloader=dict(
                dataset=dict(
                    type='ConcatDataset',
                    datasets=[
                        dict(data_root='a', ann_file='one.json', data_prefix=dict(img='x/')),
                        dict(
                            type='RepeatDataset', dataset=dict(data_root='b', ann_file='two.json')
                        ),
                    ],
                )
            ),
            val_dataloader=None,
        )
    )
    with pytest.raises(UserError) as caught:
        require_datasets(cfg, loaders=('train_dataloader', 'val_dataloader'))
    for path in ('a/one.json', 'a/x', 'b/two.json'):
        assert path in str(caught.value)


@pytest.mark.parametrize('value', [None, {}, [], 3])
def test_a_part_that_is_none_is_named(value):
    cfg = Config(dict(model=value, train_dataloader=dict(dataset=value)))
    with pytest.raises(UserError, match='has model='):
        require_parts(cfg, 'model')
    with pytest.raises(UserError, match=r'has train_dataloader.dataset='):
        require_parts(cfg, 'train_dataloader')
