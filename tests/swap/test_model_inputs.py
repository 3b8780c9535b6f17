"""Each kind of model of MMPretrain and MMPose runs on what it is given, original and swapped."""

import pytest

from res2net_mm import swap
from res2net_mm.backbones import build
from res2net_mm.swap.model_inputs import inputs_of
from res2net_mm.swap.whole_model import run

LIGHT = 'res2net_light_14w_4s'
CIFAR = 'mmpretrain::resnet/resnet18_8xb16_cifar10.py'
HEATMAP = 'mmpose::body_2d_keypoint/topdown_heatmap/coco/td-hm_res50_8xb64-210e_coco-256x192.py'
SIMCC = 'mmpose::body_2d_keypoint/simcc/coco/simcc_res50_8xb64-210e_coco-256x192.py'
SWAV = 'mmpretrain::swav/swav_resnet50_8xb32-mcrop-coslr-200e_in1k-224px-96px.py'  # eight views
KINDS = (
    CIFAR,
    'mmpretrain::resnet/resnet18_8xb32_in1k.py',
    'mmpretrain::arcface/resnet50-arcface_8xb32_inshop.py',  # a retriever
    'mmpretrain::mocov2/mocov2_resnet50_8xb32-coslr-200e_in1k.py',  # a momentum encoder
    'mmpretrain::byol/byol_resnet50_16xb256-coslr-200e_in1k.py',
    SWAV,
    HEATMAP,
    SIMCC,
    'mmpose::body_2d_keypoint/topdown_regression/coco/td-reg_res50_rle-8xb64-210e_coco-256x192.py',
)


@pytest.mark.slow
@pytest.mark.parametrize('name', KINDS)
def test_the_swapped_model_runs(name, load):
    cfg = load(name)
    run(cfg)
    # SwAV's neck takes a list of maps: its width is not followed, so it stays what it is.
    swap(cfg, 'res2net50_26w_4s' if name == SWAV else LIGHT, check=True)


def test_a_network_for_small_images_keeps_its_strides(load):
    swapped = swap(load(CIFAR), LIGHT, check=False).config
    assert swapped.model.backbone.stem == '3x3'
    assert swapped.model.head.in_channels == build(LIGHT).out_channels[-1]


@pytest.mark.parametrize(('name', 'shape'), [(SIMCC, (3, 256, 192)), (HEATMAP, (3, 128, 128))])
def test_the_size_is_small_unless_the_head_is_made_for_one(name, shape, load):
    data = inputs_of(_Pose(), load(name).model, 128, 'predict')[0]
    assert data['inputs'][0].shape == shape
    assert len(data['data_samples'][0].metainfo['flip_indices']) == 17


class _Pose:
    """Stands for a model of MMPose."""


_Pose.__module__ = 'mmpose.models'
