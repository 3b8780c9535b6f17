"""Configs of the project the tests run, and what makes a run of one short."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
LIGHT = ROOT / 'configs/faster_rcnn_r2n_light_fpn_demo.py'
MAIN = ROOT / 'configs/faster_rcnn_r2n50_fpn.py'
CONFIGS = sorted((ROOT / 'configs').glob('*.py'))
QUICK = {
    'train_cfg.max_epochs': 1,
    'train_dataloader.num_workers': 0,
    'train_dataloader.persistent_workers': False,
    'val_dataloader.num_workers': 0,
    'val_dataloader.persistent_workers': False,
    'test_dataloader.num_workers': 0,
    'test_dataloader.persistent_workers': False,
}
LIGHT_SEGMENTER = ROOT / 'configs/deeplabv3plus_r2n_light_demo.py'
MAIN_SEGMENTER = ROOT / 'configs/deeplabv3plus_r2n50_voc12aug.py'
