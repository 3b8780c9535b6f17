"""Data loaders and evaluators of a config, pointed at the splits of a folder."""

from folders import write_coco
from mmengine.config import Config

from res2net_mm.data import recognise
from res2net_mm.data.set_splits import copied_settings, metainfo, set_splits


def test_lists_of_metrics_stay_lists_and_what_is_not_there_stays_absent(tmp_path):
    folder = recognise(write_coco(tmp_path / 'set'), tmp_path / 'out')
    cfg = Config(
        dict(
            model=dict(type='A'),
            train_dataloader=dict(dataset=dict(type='Old', left='over')),
            val_dataloader=dict(dataset=dict(type='Old')),
            val_evaluator=[dict(type='B'), dict(type='C')],
            test_evaluator=dict(type='B'),
        )
    )
    settings = copied_settings(cfg)
    changes = set_splits(
        cfg,
        settings,
        folder,
        dataset=lambda given, split: dict(type='New', was=given['type'], split=split.name),
        metrics=lambda metrics, split: (metrics[:1], f'{len(metrics)} for {split.name}'),
        listed=lambda split: split.ann_file,
    )
    assert cfg.train_dataloader == dict(dataset=dict(type='New', was='Old', split='train'))
    assert cfg.val_dataloader.dataset.split == 'val'
    assert cfg.val_evaluator == [dict(type='B')]
    assert cfg.test_evaluator == dict(type='B')
    assert 'test_dataloader' not in cfg
    train, val = (folder.splits[name] for name in ('train', 'val'))
    assert changes == [
        f'train_dataloader: {train.images} images of {train.ann_file}',
        f'val_dataloader: {val.images} images of {val.ann_file}',
        'val_evaluator: 2 for val',
        'test_evaluator: 1 for test',
    ]


def test_each_class_has_a_colour():
    assert len({*metainfo(('cat', 'dog', 'owl'))['palette']}) == 3
