from pathlib import Path

import pytest
from mmengine.config import Config

from res2net_mm.errors import UserError
from res2net_mm.openmmlab.data_root import require_datasets, use_data_root_variable

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
