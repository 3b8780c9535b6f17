"""The published training recipes, and how the shipped configs differ from them, with the reason."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

_IMAGENET_MEAN = {'mean': (123.675, 116.28, 103.53), 'std': (58.395, 57.12, 57.375), 'RGB': True}
_SGD = {'optimizer': 'SGD', 'momentum': 0.9}


@dataclass(frozen=True)
class Recipe:
    """How a published model was trained.

    Attributes:
        source: Where that is published.
        fields: Published values by the names of ``config_fields``.
        differences: Why the configs have another value, by field.
        only: Why single configs differ, by config and field, beside ``differences``.
        unstated: What the publisher does not state, or what no field of a config holds.
    """

    source: str
    fields: Mapping[str, Any]
    differences: Mapping[str, str] = field(default_factory=dict)
    only: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    unstated: str = ''


class Difference(NamedTuple):
    """A field in which a config is not as published; without a reason it is a fault."""

    field: str
    published: Any
    here: Any
    reason: str


def compare(recipe: Recipe, config: str, here: Mapping[str, Any]) -> list[Difference]:
    """Return the fields in which a config differs from the published recipe.

    Args:
        recipe: What is published.
        config: Name of the config.
        here: Its fields, of ``recipe_fields``.
    """
    reasons = {**recipe.differences, **recipe.only.get(config, {})}
    return [
        Difference(name, value, here[name], reasons.get(name, ''))
        for name, value in recipe.fields.items()
        if not _equal(value, here[name])
    ]


def stale_reasons(recipe: Recipe, fields: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yield reasons for differences that there are not; ``fields`` are those of its configs."""
    for name in recipe.differences:
        if all(_equal(recipe.fields[name], here[name]) for here in fields.values()):
            yield name
    for config, reasons in recipe.only.items():
        for name in reasons:
            if config not in fields or _equal(recipe.fields[name], fields[config][name]):
                yield f'{config}: {name}'


def _equal(published: Any, here: Any) -> bool:
    if isinstance(published, float) and isinstance(here, int | float):
        return abs(published - here) <= 1e-9 * abs(published)
    return bool(published == here)


_DETECTION = {
    **_SGD,
    **_IMAGENET_MEAN,
    'learning rate': 0.02,
    'weight decay': 1e-4,
    'batch size': 16,
    'step factor': 0.1,
    'warm-up iterations': 500,
    'image scale': (1333, 800),
    'flip': 0.5,
    'size divisor': 32,
    'frozen stages': 1,
    'held statistics': True,
}
_MMDET = {
    **_DETECTION,
    'warm-up factor': 0.001,
    'gradient clip': None,
    'trained norms': True,
    'stride in': '3x3',
    'block rule': 'mmdet',
    'start weights': 'res2net101_v1d_26w_4s',
    'RoI sampling': 0,
}
_MMDET_SOURCE = (
    'github.com/open-mmlab/mmdetection: configs/res2net and the configs they inherit; the same '
    'fields of the installed MMDetection are compared, too'
)
_FORK_REASON = 'the config follows MMDetection 2 and 3, whose published weights it loads'
_MMSEG = "MMSegmentation's schedule, so that results stand beside those of its zoo"
_FROZEN = 'no pretrained weights were published: nothing to freeze'
_MMDET_BASELINE = "MMDetection's baseline as it is, with torchvision's weights"
_VOC = "the paper states no code base: MMDetection's recipe for VOC"
_IMAGENET = {
    **_SGD,
    **_IMAGENET_MEAN,
    'learning rate': 0.1,
    'nesterov': False,
    'weight decay': 1e-4,
    'weight decay on all parameters': True,
    'batch size': 256,
    'epochs': 100,
    'steps': (30, 60, 90),
    'step factor': 0.1,
    'warm-up iterations': None,
    'random resized crop': 224,
    'flip': 0.5,
    'test resize': 256,
    'test crop': 224,
    'label smoothing': 0.1,
    'zero-initialised last norms': False,
}

RECIPES: Mapping[str, Recipe] = {
    'mmdet-2x': Recipe(
        _MMDET_SOURCE,
        {**_MMDET, 'epochs': 24, 'steps': (16, 22), 'box loss': 'L1Loss', 'RPN box loss': 'L1Loss'},
    ),
    'mmdet-20e': Recipe(_MMDET_SOURCE, {**_MMDET, 'epochs': 20, 'steps': (16, 19)}),
    'mmdet-fork': Recipe(
        'github.com/Res2Net/mmdetection, the v1.x fork: its configs',
        {
            **_DETECTION,
            'learning rate': 0.01,
            'images per GPU': 2,
            'gradient clip': 35,
            'warm-up factor': 1 / 3,
            'trained norms': True,
            'RPN box loss': 'SmoothL1Loss',
            'box loss': 'SmoothL1Loss',
        },
        unstated='The number of GPUs; 0.01 fits a batch of 8 by the linear rule. Epochs and steps '
        'are 24 with 16 and 22, or 20 with 16 and 19, as in MMDetection 2. HTC has its semantic '
        'branch.',
        differences={
            'learning rate': _FORK_REASON,
            'gradient clip': _FORK_REASON,
            'warm-up factor': _FORK_REASON,
            'RPN box loss': _FORK_REASON,
            'box loss': _FORK_REASON,
        },
        only={
            'mmdet::htc/htc_x101-64x4d_fpn_16xb1-20e_coco.py': {
                'images per GPU': 'MMDetection trains it on 16 GPUs, with one image on each'
            }
        },
    ),
    'maskrcnn-benchmark': Recipe(
        'github.com/Res2Net/Res2Net-maskrcnn: configs/*_FPN_2x.yaml and config/defaults.py',
        {
            **_DETECTION,
            'bias learning rate': 2,
            'bias weight decay': 0,
            'epochs': 24,
            'steps': (16, 22),
            'warm-up factor': 1 / 3,
            'trained norms': False,
            'stride in': '1x1',
            'box loss': 'SmoothL1Loss',
            'RPN box loss': 'SmoothL1Loss',
            'RoI sampling': 2,
        },
        only={
            'mask_rcnn_r2n50_18w6s_fpn_2x': {
                'frozen stages': _FROZEN,
                'held statistics': _FROZEN,
                'trained norms': _FROZEN,
            }
        },
        unstated='Its 180000 iterations of 16 images with steps at 120000 and 160000 are 24.3 '
        'epochs with steps at 16.2 and 21.6; the config counts whole epochs. Its data, '
        'COCO 2014 train and valminusminival, is COCO 2017 train. The mask predictor is the same '
        'as in MMDetection; images of like shape are grouped in both.',
    ),
    'panoptic': Recipe(
        'github.com/Res2Net/Res2Net-detectron2: configs of panoptic FPN R2-101 3x',
        {
            **{key: value for key, value in _DETECTION.items() if 'warm-up' not in key},
            'image scale': tuple((1333, side) for side in range(640, 801, 32)),
            'steps': '210000 and 250000 of 270000 iterations',
            'trained norms': False,
            'stride in': '1x1',
            'semantic loss weight': 0.5,
        },
        differences={
            'image scale': "MMDetection's 3x schedule draws any size between the two ends",
            'steps': "MMDetection's 3x schedule, in epochs: the published one drops the rate after "
            '28.6 and 34.1 of 36.8 epochs',
        },
        only={
            name: dict.fromkeys(('trained norms', 'stride in'), _MMDET_BASELINE)
            for name in ('panoptic_fpn_r50_fpn_3x', 'panoptic_fpn_r101_fpn_3x')
        },
    ),
    'faster-voc': Recipe(
        'Ren et al., Faster R-CNN (NeurIPS 2015), which the paper says it follows',
        {
            **_SGD,
            'learning rate': 0.001,
            'weight decay': 5e-4,
            'steps': '60000 of 80000 mini-batches',
        },
        differences={
            'learning rate': _VOC,
            'weight decay': _VOC,
            'steps': f'{_VOC}; the config trains 12 epochs and drops the rate after 9',
        },
        unstated='Code base, training split, image size, stride and frozen layers. A shorter side '
        'of 600 and VOC 2007 trainval are what the config takes.',
    ),
    'deeplab': Recipe(
        'the paper, section 4.7, and DeepLab v3+ (Chen et al., ECCV 2018), which it follows',
        {
            **_SGD,
            'learning rate': 0.007,
            'weight decay': 1e-4,
            'poly power': 0.9,
            'poly minimum': 0.0,
            'iterations': 30000,
            'crop': (513, 513),
            'scale range': (0.5, 2.0),
            'flip': 0.5,
            'colour distortion': False,
            'trained norms': True,
            'output stride': 16,
            'ASPP dilations': (1, 6, 12, 18),
        },
        differences={
            'learning rate': _MMSEG,
            'weight decay': _MMSEG,
            'poly minimum': _MMSEG,
            'iterations': _MMSEG,
            'crop': _MMSEG,
            'colour distortion': _MMSEG,
        },
        unstated='Batches of 16 images, which are 4 GPUs with the 4 images of the config each. '
        'Multi-scale testing and training on COCO before are not mentioned.',
    ),
    'imagenet': Recipe(
        'the paper, section 4.1, and main.py of github.com/Res2Net/Res2Net-ImageNet-Training, '
        'which trained all its results; label smoothing is in the script, not in the paper',
        _IMAGENET,
    ),
    'imagenet-299': Recipe(
        'the paper, table 1: as the others, with 299 x 299 px',
        {
            **{key: value for key, value in _IMAGENET.items() if key != 'test resize'},
            'random resized crop': 299,
            'test crop': 299,
        },
        unstated='How test images are resized; 342 px in the config keep the share of 224 in 256.',
    ),
    'imagenet-v1b': Recipe(
        'the paper, section 4.2.4 (the changes of ResNet-v1d, and CutMix), and the author in '
        'issues 38 and 71 of Res2Net-PretrainedModels ("CutMix with its own schedule")',
        {**_SGD, **_IMAGENET_MEAN, 'zero-initialised last norms': False},
        unstated='Everything else; no script was published.',
    ),
    'cifar': Recipe(
        'the paper: as ResNeXt-29, so ResNeXt (Xie et al., CVPR 2017), appendix A; mean and '
        'deviation from the author in issues 14 and 36 of Res2Net-PretrainedModels',
        {
            **_SGD,
            'learning rate': 0.1,
            'weight decay': 5e-4,
            'batch size': 128,
            'epochs': 300,
            'steps': (150, 225),
            'step factor': 0.1,
            'crop': 32,
            'crop padding': 4,
            'flip': 0.5,
            'mean': _IMAGENET_MEAN['mean'],
            'std': _IMAGENET_MEAN['std'],
        },
        unstated='Sources differ: the author had a rate of 0.05 for batches of 64, which is the '
        'same by the linear rule. The code that the author extended (prlz77/ResNeXt.pytorch) pads '
        'by 8, normalises with the mean of CIFAR and uses Nesterov momentum.',
    ),
    'dss': Recipe(
        'the paper, section 4.9: as DSS (Hou et al., CVPR 2017), whose settings here are from '
        'memory and not verified',
        {
            **_SGD,
            'learning rate': 1e-8,
            'weight decay': 5e-4,
            'accumulated steps': 10,
            'iterations': 120000,
        },
        unstated='The numbers of the recipe, in the paper. 120000 iterations of one image, ten to '
        'an update, are its 12000 updates.',
    ),
    'poolnet': Recipe(
        'github.com/Res2Net/Res2Net-PoolNet: its code',
        {
            'optimizer': 'Adam',
            'learning rate': 5e-5,
            'weight decay': 5e-4,
            'images per GPU': 1,
            'accumulated steps': 10,
            'epochs': 24,
            'steps': (16,),
            'step factor': 0.1,
            'flip': 0.5,
            'held statistics': True,
            'trained norms': False,
            'output stride': 16,
            'dilations': (1, 1, 1, 2),
            'image scale': None,
            'crop': None,
        },
        unstated='That the widths of the head are those of the code.',
    ),
    'simplebaseline': Recipe(
        'github.com/Res2Net/Res2Net-Pose-Estimation: experiments/*.yaml and lib',
        {
            'optimizer': 'Adam',
            'learning rate': 1e-3,
            'batch size': 128,
            'epochs': 140,
            'steps': (90, 120),
            'step factor': 0.1,
            'warm-up iterations': None,
            'images per GPU': 32,
            'input size': (192, 256),
            'heatmap size': (48, 64),
            'heatmap sigma': 2,
            'deconvolutions': (256, 256, 256),
            'flip': 0.5,
            'scale factor': (0.7, 1.3),
            'rotation': 40.0,
            'rotation probability': 0.6,
            'target weight': True,
            'flipped at test': True,
            'shifted heatmap': True,
            'OKS-NMS threshold': 0.9,
            'keypoint score threshold': 0.2,
            'RGB': False,
            'mean': _IMAGENET_MEAN['mean'],
            'std': _IMAGENET_MEAN['std'],
        },
        differences={
            'rotation': 'a normal distribution of 40 degrees, clipped at 80, in the published '
            'code; MMPose takes the limit and cuts one of 80 there, of which 43 are left',
        },
        unstated='COLOR_RGB is false there, so that BGR images are normalised with the mean and '
        'deviation of RGB; the configs do the same.',
    ),
}
