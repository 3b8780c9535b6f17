"""The fields of a recipe as whoever reads the configs finds them there."""

import pytest
from mmengine.config import Config

from res2net_mm.openmmlab.config import load_config
from res2net_mm.reproduction.config_fields import recipe_fields


def test_a_detector():
    fields = recipe_fields(load_config('mask_rcnn_r2n50_26w4s_fpn_2x'))
    assert fields['optimizer'] == 'SGD'
    assert fields['learning rate'] == 0.02
    assert fields['momentum'] == 0.9
    assert fields['weight decay'] == 1e-4
    assert fields['bias learning rate'] == 2
    assert fields['bias weight decay'] == 0
    assert fields['weight decay on all parameters'] is False
    assert fields['batch size'] == 16
    assert fields['epochs'] == 24
    assert fields['steps'] == (16, 22)
    assert fields['warm-up iterations'] == 500
    assert fields['warm-up factor'] == pytest.approx(1 / 3)
    assert fields['image scale'] == (1333, 800)
    assert fields['flip'] == 0.5
    assert fields['stride in'] == '1x1'
    assert fields['frozen stages'] == 1
    assert fields['held statistics'] is True
    assert fields['trained norms'] is False
    assert fields['box loss'] == fields['RPN box loss'] == 'SmoothL1Loss'
    assert fields['RoI sampling'] == 2
    assert fields['start weights'] == 'res2net50_26w_4s'
    assert fields['block rule'] == 'official'
    assert fields['RGB'] is True
    assert fields['mean'] == (123.675, 116.28, 103.53)
    assert fields['iterations'] is None


def test_a_segmenter():
    fields = recipe_fields(load_config('deeplabv3plus_r2n50_voc12aug'))
    assert fields['iterations'] == 20000
    assert fields['poly power'] == 0.9
    assert fields['poly minimum'] == 1e-4
    assert fields['crop'] == (512, 512)
    assert fields['scale range'] == (0.5, 2.0)
    assert fields['colour distortion'] is True
    assert fields['output stride'] == 16
    assert fields['ASPP dilations'] == (1, 6, 12, 18)
    assert fields['epochs'] is None
    assert recipe_fields(load_config('deeplabv3plus_r2n50_d8_voc12aug'))['output stride'] == 8


def test_a_cascade_and_clipped_gradients():
    fields = recipe_fields(load_config('cascade_rcnn_r2n101_dcn_fpn_20e'))
    assert fields['gradient clip'] == 35
    assert fields['box loss'] == 'SmoothL1Loss'  # of the first of its heads
    assert recipe_fields(load_config('htc_r2n101_fpn_20e'))['RoI sampling'] == 0  # of the first


def test_a_classifier():
    cfg = Config(
        dict(
            model=dict(
                backbone=dict(type='ResNet', depth=50),
                head=dict(loss=dict(type='LabelSmoothLoss', label_smooth_val=0.1)),
            ),
            data_preprocessor=dict(mean=[1, 2, 3], to_rgb=True),
            train_dataloader=dict(
                batch_size=32,
                dataset=dict(pipeline=[dict(type='RandomResizedCrop', scale=224)]),
            ),
            test_dataloader=dict(
                dataset=dict(
                    pipeline=[
                        dict(type='ResizeEdge', scale=256),
                        dict(type='CenterCrop', crop_size=224),
                    ]
                )
            ),
        )
    )
    fields = recipe_fields(cfg)
    assert fields['label smoothing'] == 0.1
    assert fields['random resized crop'] == 224
    assert fields['test resize'] == 256
    assert fields['test crop'] == 224
    assert fields['mean'] == (1, 2, 3)
    assert fields['RGB'] is True
    assert fields['zero-initialised last norms'] is True  # MMPretrain's default
    assert fields['batch size'] == 32  # of one GPU, where nothing says for how many the rate is


def test_a_pose_estimator():
    fields = recipe_fields(load_config('simplebaseline_r2n50_26w4s_coco_256x192'))
    assert fields['optimizer'] == 'Adam'
    assert fields['input size'] == (192, 256)
    assert fields['heatmap size'] == (48, 64)
    assert fields['heatmap sigma'] == 2
    assert fields['deconvolutions'] == (256, 256, 256)
    assert fields['flip'] == 0.5
    assert fields['rotation probability'] == 0.6
    assert fields['RGB'] is False
    assert fields['OKS-NMS threshold'] == 0.9


def test_a_saliency_model():
    fields = recipe_fields(load_config('dss_r2n50_msrab'))
    assert fields['learning rate'] == 1e-8
    assert fields['accumulated steps'] == 10
    assert fields['held statistics'] is True
    assert fields['steps'] is None


def test_a_config_of_nothing_has_no_fields():
    assert recipe_fields(Config(dict()))['learning rate'] is None
