"""Checkpoints with random weights: only the way from a picture to the files is tested."""

import pytest
from mmengine.config import Config
from random_weights import detector_config, instance_config, save_random
from shipped_configs import LIGHT_SEGMENTER


@pytest.fixture(scope='session')
def saved(tmp_path_factory):
    """A function (config) -> checkpoint that carries the config."""
    folder = tmp_path_factory.mktemp('trained')

    def save(cfg, name):
        path = folder / f'{name}.pth'
        return path if path.exists() else save_random(cfg, path)

    return save


@pytest.fixture(scope='session')
def detector(saved):
    return saved(detector_config(), 'detector')


@pytest.fixture(scope='session')
def segmenter(saved):
    return saved(Config.fromfile(LIGHT_SEGMENTER), 'segmenter')


@pytest.fixture(scope='session')
def instance_segmenter(saved):
    return saved(instance_config(), 'instances')


@pytest.fixture(scope='session')
def images(coco_folder):
    return sorted((coco_folder / 'val2017').iterdir())
