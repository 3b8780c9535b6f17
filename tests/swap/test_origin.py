"""What belongs to the weights of the original network goes with it."""

import pytest
from swap_configs import CAFFE, CITY, MOCO, PSP, RESNET18, SEMI, TRACK, V1B

from res2net_mm import swap


@pytest.mark.parametrize(
    ('name', 'path'),
    [(PSP, 'model.pretrained'), (TRACK, 'model.detector.init_cfg'), (CITY, 'load_from')],
)
def test_weights_of_the_original_network_are_not_loaded(name, path, load):
    cfg = load(name)
    swapped = swap(cfg, V1B, check=False).config
    *parents, key = path.split('.')
    for parent in parents:
        cfg, swapped = cfg[parent], swapped[parent]
    assert cfg[key] is not None
    assert swapped[key] is None


@pytest.mark.parametrize('name', [CAFFE, SEMI])
def test_images_are_normalised_as_the_weights_were_trained(name, load):
    swapped = swap(load(name), V1B, check=False)
    inner = swapped.config.model.data_preprocessor
    inner = inner.get('data_preprocessor', inner)
    assert inner.mean == [123.675, 116.28, 103.53]
    assert inner.std == [58.395, 57.12, 57.375]
    assert inner.bgr_to_rgb is True
    assert inner.pad_size_divisor == 32
    assert 'style: caffe -> pytorch' in str(swapped)


@pytest.mark.parametrize('name', [MOCO, RESNET18])
def test_the_preprocessors_of_mmpretrain_have_a_word_of_their_own_for_rgb(name, load):
    swapped = swap(load(name), V1B, check=False).config
    inner = swapped.model.get('data_preprocessor') or swapped.data_preprocessor
    assert inner.to_rgb is True
    assert not {'bgr_to_rgb', 'rgb_to_bgr'} & inner.keys()
