"""An option for a dataset inside a wrapper is not taken by the wrapper, which ignores it."""

import pytest
from mmengine.config import Config

from res2net_mm.errors import UserError
from res2net_mm.openmmlab.config import load_config
from res2net_mm.openmmlab.options import meant_places

COCO = dict(type='CocoDataset', data_root='data', pipeline=[dict(type='Resize', scale=(9, 9))])
REPEATED = dict(type='RepeatDataset', times=2, dataset=COCO)
JOINED = dict(type='ConcatDataset', datasets=[COCO, REPEATED])


def config(dataset):
    return Config(dict(train_dataloader=dict(batch_size=2, dataset=dataset)))


ROOT = 'train_dataloader.dataset'


@pytest.mark.parametrize(
    ('dataset', 'option', 'places'),
    [
        (COCO, f'{ROOT}.pipeline.0.scale', []),
        (COCO, f'{ROOT}.indices', []),  # new, and where it belongs
        (COCO, 'load_from', []),
        (REPEATED, f'{ROOT}.times', []),
        (REPEATED, f'{ROOT}.lazy_init', []),
        (REPEATED, f'{ROOT}.dataset.pipeline.0.scale', []),
        (REPEATED, f'{ROOT}.pipeline.0.scale', ['dataset.pipeline.0.scale']),
        (REPEATED, f'{ROOT}.indices', ['dataset.indices']),
        (JOINED, f'{ROOT}.data_root', ['datasets.0.data_root', 'datasets.1.dataset.data_root']),
        (JOINED, f'{ROOT}.datasets.1.data_root', ['datasets.1.dataset.data_root']),
        (JOINED, f'{ROOT}.datasets.0.data_root', []),
        (JOINED, 'train_dataloader.pipeline', []),  # a loader is no wrapper of datasets
    ],
)
def test_places(dataset, option, places):
    expected = [f'{ROOT}.{place}' for place in places]
    assert meant_places(config(dataset), option) == expected


def test_the_error_names_the_key_that_is_meant(tmp_path):
    cfg = config(REPEATED)
    meant = f'{ROOT}.dataset.pipeline.0.scale'
    with pytest.raises(UserError, match=f'pipeline.0.scale=7 is no setting.*give {meant}'):
        load_config(cfg, cfg_options={f'{ROOT}.pipeline.0.scale': 7}, work_dir=tmp_path)
    assert 'pipeline' not in cfg.train_dataloader.dataset
    load_config(cfg, cfg_options={meant: 7}, work_dir=tmp_path)
    assert cfg.train_dataloader.dataset.dataset.pipeline[0].scale == 7
