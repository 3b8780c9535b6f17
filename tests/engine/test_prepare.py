"""What training and evaluation both begin with, and their errors in one line."""

import pytest
from mmengine.config import Config
from shipped_configs import LIGHT, MAIN, MAIN_SEGMENTER
from tool_process import one_error, run

from res2net_mm.engine.prepare import prepare_config, prepare_data
from res2net_mm.errors import UserError

LOADERS = ('train_dataloader', 'val_dataloader')


def test_coco_missing_is_one_error_that_says_what_to_do(tmp_path):
    error = one_error(run('train.py', MAIN, cwd=tmp_path))
    for part in (
        'instances_train2017.json',
        'MMDET_DATASETS',
        '--data',
        'res2net-mm demo',
        'cocodataset',
    ):
        assert part in error
    error = one_error(run('train.py', MAIN, cwd=tmp_path, MMDET_DATASETS='/nowhere/coco'))
    assert '/nowhere/coco/annotations/instances_train2017.json' in error


def test_the_voc_set_missing_is_one_error_that_says_what_to_do(tmp_path):
    error = one_error(run('train.py', MAIN_SEGMENTER, cwd=tmp_path))
    for part in ('SegmentationClass', 'MMDET_DATASETS', '--data', 'res2net-mm demo --segmentation'):
        assert part in error
    assert 'COCO 2017' not in error


def test_a_config_without_a_part_that_is_needed_is_refused(tmp_path):
    options = dict(work_dir=tmp_path, cfg_options=None, launcher='none')
    cfg = prepare_config(LIGHT, needs=('model', 'train_dataloader'), **options)
    assert (cfg.work_dir, cfg.launcher) == (str(tmp_path), 'none')
    with pytest.raises(UserError, match='model=None'):
        prepare_config(Config(dict(a=1)), needs=('model',), **options)


@pytest.mark.parametrize('options', [dict(classes=['a']), dict(ignore_index=0)])
def test_options_of_a_folder_need_a_folder(options):
    options = dict(data=None, classes=None, ignore_index=None) | options
    with pytest.raises(UserError, match='classes=, ignore_index=, layout= describe data='):
        prepare_data(Config(), loaders=LOADERS, **options)


def test_a_folder_is_found_and_said(coco_folder, tmp_path):
    cfg = Config.fromfile(LIGHT)
    cfg.work_dir = str(tmp_path)
    (said,) = prepare_data(cfg, loaders=LOADERS, data=coco_folder, classes=None, ignore_index=None)
    assert '8 images' in said
    assert prepare_data(cfg, loaders=LOADERS, data=None, classes=None, ignore_index=None) == []
