import pytest
from mmengine.config import Config
from shipped_configs import MAIN

from res2net_mm.data.datasets import require_datasets, use_data_root_variable, use_folder
from res2net_mm.errors import UserError


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


def test_a_folder_takes_the_place_of_the_data(coco_folder, tmp_path):
    cfg = Config.fromfile(MAIN)
    cfg.work_dir = str(tmp_path)
    said = use_folder(cfg, coco_folder)
    assert cfg.model.roi_head.bbox_head.num_classes == 5
    assert 'train' in said
    assert 'num_classes' in said
    require_datasets(cfg, loaders=('train_dataloader', 'val_dataloader'))
