"""The check before a run begins takes the data of every kind of config as the config reads it."""

import pytest
from shipped_configs import CONFIGS
from tiny_data import draw_tiny_data

from res2net_mm.data.checks.config_datasets import check_config_data
from res2net_mm.openmmlab.config import load_config

# One config of each kind of data; the others of a kind differ in the model.
KINDS = (
    'faster_rcnn_r2n50_fpn',
    'mask_rcnn_r2n50_fpn_2x',
    'htc_r2n50_fpn_20e',
    'panoptic_fpn_r2n50_fpn_3x',
    'faster_rcnn_r2n50_fpn_voc07',
    'faster_rcnn_r2n50_fpn_voc0712',
    'faster_rcnn_r2n_light_fpn_demo',
    'deeplabv3plus_r2n_light_demo',
    'deeplabv3plus_r2n50_voc12aug',
    'fcn_r2n50_d8_cityscapes',
    'fcn_r2n50_d8_ade20k',
    'simplebaseline_r50_coco_256x192',
    'poolnet_r2n50_duts',
    'dss_r2n50_msrab',
    'poolnet_r2n_light_demo',
    'r2n50_26w4s_imagenet',
)


@pytest.fixture(scope='module')
def data_root(tmp_path_factory):
    root = tmp_path_factory.mktemp('tiny')
    draw_tiny_data(root)
    return root


@pytest.mark.parametrize('path', [p for p in CONFIGS if p.stem in KINDS], ids=lambda p: p.stem)
def test_data_as_the_config_has_it_is_sound(path, data_root, monkeypatch):
    monkeypatch.chdir(data_root)
    loaders = ('train_dataloader', 'val_dataloader')
    findings = check_config_data(load_config(path), loaders=loaders)
    assert all('too good' in finding.name for finding in findings), findings
