from pathlib import Path

import pytest

from res2net_mm.data import draw_demo_set

ROOT = Path(__file__).parents[2]
LIGHT = ROOT / 'configs/faster_rcnn_r2n_light_fpn_demo.py'
MAIN = ROOT / 'configs/faster_rcnn_r2n50_fpn.py'
QUICK = {
    'train_cfg.max_epochs': 1,
    'train_dataloader.num_workers': 0,
    'train_dataloader.persistent_workers': False,
    'val_dataloader.num_workers': 0,
    'val_dataloader.persistent_workers': False,
    'test_dataloader.num_workers': 0,
    'test_dataloader.persistent_workers': False,
}


@pytest.fixture(scope='session')
def coco_folder(tmp_path_factory):
    """A folder in COCO layout, eight images to train on and four to test on."""
    return draw_demo_set(tmp_path_factory.mktemp('coco') / 'set', train_images=8, val_images=4)
