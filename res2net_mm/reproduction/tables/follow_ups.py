"""Numbers published after the paper: toolboxes, forks and measurements of the same weights."""

from ..rows import Table

_FORK = 'README of github.com/Res2Net/mmdetection (the v1.x fork)'
_TIMM = 'github.com/huggingface/pytorch-image-models (timm): results-imagenet.csv'
_20E = 'recipe=mmdet-20e'

TABLES = (
    Table(
        'mmdet',
        'Res2Net-101 detectors of MMDetection 2 and 3, COCO val2017',
        'github.com/open-mmlab/mmdetection: README and metafile of configs/res2net; parameters and '
        f'GFLOPs at 1280 x 800 from the {_FORK}',
        'coco',
        'box AP, mask AP, params M, GFLOPs, memory GB',
        f"""
faster_rcnn_2x        | Faster R-CNN       | 43.0 -    61.18 293.68 7.4 \
| config=faster_rcnn_r2n101_fpn_2x
mask_rcnn_2x          | Mask R-CNN         | 43.6 38.7 63.83 362.18 7.9 \
| config=mask_rcnn_r2n101_fpn_2x
cascade_rcnn_20e      | Cascade R-CNN      | 45.7 -    88.82 321.32 7.8 \
| config=cascade_rcnn_r2n101_fpn_20e | {_20E}
cascade_mask_rcnn_20e | Cascade Mask R-CNN | 46.4 40.0 96.75 526.84 9.5 \
| config=cascade_mask_rcnn_r2n101_fpn_20e | {_20E}
htc_20e               | HTC                | 47.5 41.6 99.69 574.30 -   \
| config=htc_r2n101_fpn_20e | {_20E}
faster_rcnn_r101_2x   | Faster R-CNN, ResNet-101 | 39.8 - - - - \
| config=faster_rcnn_r101_fpn_2x | recipe=
mask_rcnn_r101_2x     | Mask R-CNN, ResNet-101   | 40.8 36.6 - - - \
| config=mask_rcnn_r101_fpn_2x | recipe=
""",
        recipe='mmdet-2x',
        note='Trained on 8 V100. Memory is per GPU with two images on each.',
    ),
    Table(
        'mmdet-fork',
        "Detectors of Res2Net's MMDetection fork, COCO val2017",
        _FORK,
        'coco',
        'box AP, mask AP',
        """
faster_rcnn_r2n101           | Faster R-CNN, Res2Net-101 | 42.3 - \
| config=faster_rcnn_r2n101_fpn_2x
faster_rcnn_r101             | Faster R-CNN, ResNet-101 | 39.4 - | config=faster_rcnn_r101_fpn_2x
faster_rcnn_x101             | Faster R-CNN, ResNeXt-101 64x4d | 41.3 - \
| config=mmdet::faster_rcnn/faster-rcnn_x101-64x4d_fpn_2x_coco.py
faster_rcnn_hrnet            | Faster R-CNN, HRNetV2p-W48 | 41.5 - | config=-
mask_rcnn_r2n101             | Mask R-CNN, Res2Net-101 | 43.3 38.6 | config=mask_rcnn_r2n101_fpn_2x
mask_rcnn_r101               | Mask R-CNN, ResNet-101 | 40.3 36.5 | config=mask_rcnn_r101_fpn_2x
mask_rcnn_x101               | Mask R-CNN, ResNeXt-101 64x4d | 42.0 37.7 \
| config=mmdet::mask_rcnn/mask-rcnn_x101-64x4d_fpn_2x_coco.py
mask_rcnn_hrnet              | Mask R-CNN, HRNetV2p-W48 | 42.9 38.3 | config=-
cascade_rcnn_r2n101          | Cascade R-CNN, Res2Net-101 | 45.5 - \
| config=cascade_rcnn_r2n101_fpn_20e
cascade_rcnn_r101            | Cascade R-CNN, ResNet-101 | 42.5 - | config=cascade_rcnn_r101_fpn_20e
cascade_rcnn_x101            | Cascade R-CNN, ResNeXt-101 64x4d | 44.7 - \
| config=mmdet::cascade_rcnn/cascade-rcnn_x101_64x4d_fpn_20e_coco.py
cascade_rcnn_hrnet           | Cascade R-CNN, HRNetV2p-W48 | 44.6 - | config=-
cascade_mask_rcnn_r2n101     | Cascade Mask R-CNN, Res2Net-101 | 46.1 39.4 \
| config=cascade_mask_rcnn_r2n101_fpn_20e
cascade_mask_rcnn_r101       | Cascade Mask R-CNN, ResNet-101 | 43.3 37.6 \
| config=cascade_mask_rcnn_r101_fpn_20e
cascade_mask_rcnn_x101       | Cascade Mask R-CNN, ResNeXt-101 64x4d | 45.7 39.4 \
| config=mmdet::cascade_rcnn/cascade-mask-rcnn_x101-64x4d_fpn_20e_coco.py
cascade_mask_rcnn_hrnet      | Cascade Mask R-CNN, HRNetV2p-W48 | 46.0 39.5 | config=-
htc_r2n101                   | HTC, Res2Net-101 | 47.5 41.3 | config=htc_r2n101_fpn_20e
htc_r101                     | HTC, ResNet-101 | 44.9 39.4 | config=htc_r101_fpn_20e
htc_x101                     | HTC, ResNeXt-101 64x4d | 46.9 40.8 \
| config=mmdet::htc/htc_x101-64x4d_fpn_16xb1-20e_coco.py
htc_hrnet                    | HTC, HRNetV2p-W48 | 47.0 41.0 | config=-
""",
        recipe='mmdet-fork',
        note='The weights of these runs have other names than MMDetection 3 reads, so that they '
        'are trained anew. MMDetection ships HRNetV2p up to W40.',
    ),
    Table(
        'vfnet',
        'VarifocalNet with Res2Net-101, COCO',
        'README of github.com/hyz-xmaster/VarifocalNet',
        'coco',
        'box AP, box AP on test-dev',
        """
r2n101     | VFNet, Res2Net-101, ms 2x | 49.2 49.3 \
| config=mmdet::vfnet/vfnet_res2net-101_fpn_ms-2x_coco.py
r2n101_dcn | the same with DCNv2 | 51.1 51.3 \
| config=mmdet::vfnet/vfnet_res2net101-mdconv-c3-c5_fpn_ms-2x_coco.py
""",
        note="MMDetection's configs of it, which come without a number for Res2Net. The weights "
        'lie behind a sharing page of the VarifocalNet repository: save them by hand and test them '
        'with `res2net-mm test`. test-dev is scored by the COCO server only.',
    ),
    Table(
        'panoptic',
        'Panoptic FPN 3x, COCO val2017',
        'github.com/Res2Net/Res2Net-detectron2: README, and for more digits and the sizes '
        'results/panoptic_seg_res2net101_fpn_x3.txt',
        'coco-panoptic',
        'box AP, mask AP, PQ, SQ, RQ, PQ things, PQ stuff, stuff mIoU, memory GB',
        """
r50_1x    | ResNet-50, 1x  | 37.6 34.7 39.4 - - - - - - \
| config=mmdet::panoptic_fpn/panoptic-fpn_r50_fpn_1x_coco.py | recipe=
r50_3x    | ResNet-50, 3x  | 40.0 36.5 41.5 - - - - - - | config=panoptic_fpn_r50_fpn_3x
r101_3x   | ResNet-101, 3x | 42.4 38.5 43.0 - - - - - - | config=panoptic_fpn_r101_fpn_3x
r2n101_3x | Res2Net-101, 3x | 44.0 39.6 44.5 80.58 53.82 51.34 34.18 45.42 6.0 \
| config=panoptic_fpn_r2n101_fpn_3x
""",
        recipe='panoptic',
        note='STRIDE_IN_1X1 is at its default there, too, so that the published run had the stride '
        'in the first 1x1 convolution and no pooled split; the config does the same. The trained '
        "weights have detectron2's names of a whole detector behind a sharing page, which no "
        'config here loads. The config measures PQ, SQ and RQ; box and mask AP need a second '
        'evaluator. Needs panopticapi.',
        notes={
            'r50_1x': "MMDetection's config of it",
            'r2n101_3x': 'the README prints a mask AP of 39.6, the log 39.55',
        },
    ),
    Table(
        'panoptic-sizes',
        'The boxes and masks of the panoptic Res2Net-101, by size',
        'github.com/Res2Net/Res2Net-detectron2: results/panoptic_seg_res2net101_fpn_x3.txt',
        'coco-panoptic',
        'AP, AP50, AP75, AP S, AP M, AP L',
        """
boxes | Res2Net-101, 3x, boxes | 43.98 64.61 47.90 27.07 48.00 56.82
masks | Res2Net-101, 3x, masks | 39.55 61.84 42.60 20.29 43.00 55.91
""",
        'panoptic_fpn_r2n101_fpn_3x',
        'panoptic',
        note='See `panoptic`.',
    ),
    Table(
        'timm',
        'The published weights as timm measured them: ImageNet val, 224, crop 0.875, bilinear',
        f'{_TIMM}; GMACs, which count norms, too, from its benchmark files',
        'imagenet',
        'top-1 accuracy, top-5 accuracy, params M, GMACs',
        """
r2n101_v1b   | res2net101d       | 81.236 95.346 = 8.35 | preset=res2net101_v1b_26w_4s
r2n50_v1b    | res2net50d        | 80.280 95.028 = 4.52 | preset=res2net50_v1b_26w_4s
r2n101_26w4s | res2net101_26w_4s | 79.192 94.466 = 8.10 | preset=res2net101_26w_4s
r2n50_26w8s  | res2net50_26w_8s  | 78.950 94.280 = 8.37 | preset=res2net50_26w_8s
r2n50_26w6s  | res2net50_26w_6s  | 78.586 94.120 = 6.33 | preset=res2net50_26w_6s
r2nxdla60    | dla60_res2next    | 78.488 94.144 = 3.49 | preset=res2next_dla60
r2ndla60     | dla60_res2net     | 78.480 94.204 = 4.15 | preset=res2net_dla60
r2nx50       | res2next50        | 78.238 93.904 = 4.20 | preset=res2next50
r2n50_14w8s  | res2net50_14w_8s  | 78.142 93.852 = 4.21 | preset=res2net50_14w_8s
r2n50_26w4s  | res2net50_26w_4s  | 77.994 93.860 = 4.28 | preset=res2net50_26w_4s
r2n50_48w2s  | res2net50_48w_2s  | 77.528 93.562 = 4.18 | preset=res2net50_48w_2s
""",
        '{}_imagenet',
        notes={
            'r2n50_26w8s': 'sources contradict each other: paper and mmpretrain print 79.20 for it',
            'r2n50_48w2s': 'the paper prints 77.32 (error 22.68) for these weights',
        },
    ),
    Table(
        'timm-baselines',
        'Baselines as timm measured them: ImageNet val, 224 px unless timm says otherwise',
        _TIMM,
        'imagenet',
        'top-1 accuracy, top-5 accuracy',
        """
resnet50_tv         | resnet50.tv          | 76.156 92.866
resnet101_tv        | resnet101.tv         | 77.404 93.552
resnext50_tv        | resnext50_32x4d.tv   | 77.632 93.674
dla60               | dla60                | 77.036 93.316
dla60x              | dla60x               | 78.234 94.022
resnet50_a1         | resnet50.a1          | 80.382 -
resnet50d_gluon     | resnet50d.gluon      | 79.080 -
resnet101d_gluon    | resnet101d.gluon     | 80.466 -
resnet101_a1        | resnet101.a1         | 81.494 -
""",
        '-',
        note="Networks and weights of timm, beside the table above; timm's own `validate.py` "
        'measures them.',
    ),
    Table(
        'mmpretrain',
        'The published weights as MMPretrain has them, ImageNet val',
        'github.com/open-mmlab/mmpretrain: metafile of configs/res2net',
        'imagenet',
        'top-1 accuracy, top-5 accuracy, params M, GMACs',
        """
r2n50_14w8s  | Res2Net-50 14w8s  | = = = 4.22 | weights=res2net50-w14-s8
r2n50_26w8s  | Res2Net-50 26w8s  | = = = 8.39 | weights=res2net50-w26-s8
r2n101_26w4s | Res2Net-101 26w4s | = = = 8.12 | weights=res2net101-w26-s4
""",
        '{}_imagenet',
        note='Converted from the official files; its configs are "only for inference". Its GMACs '
        'count norms and activations, too.',
        notes={
            'r2n50_26w8s': 'sources contradict each other: timm measured 78.95 with these weights'
        },
    ),
    Table(
        'paddleclas',
        'Res2Net trained by PaddleClas, ImageNet val',
        'github.com/PaddlePaddle/PaddleClas: SEResNext_and_Res2Net_en.md and ImageNet_models '
        'documents (parameters and GMACs from the newer ones)',
        'imagenet',
        'top-1 accuracy, top-5 accuracy, params M, GMACs',
        """
r2n50_26w4s     | Res2Net50_26w_4s         | = = -     -     | weights=Res2Net50_26w_4s
r2n50_v1b       | Res2Net50_vd_26w_4s      | = = 25.78 4.52  | weights=Res2Net50_vd_26w_4s
r2n50_14w8s     | Res2Net50_14w_8s         | = = 25.12 4.20  | weights=Res2Net50_14w_8s
r2n101_v1b      | Res2Net101_vd_26w_4s     | = = 45.35 8.35  | weights=Res2Net101_vd_26w_4s
r2n200_v1b      | Res2Net200_vd_26w_4s     | = = 76.44 15.77 \
| weights=Res2Net200_vd_26w_4s
r2n50_v1b_ssld  | Res2Net50_vd_26w_4s_ssld | = = - - \
| weights=Res2Net50_vd_26w_4s_ssld | config=r2n50_v1b_imagenet
r2n101_v1b_ssld | Res2Net101_vd_26w_4s_ssld | = = - - \
| weights=Res2Net101_vd_26w_4s_ssld | config=r2n101_v1b_imagenet
r2n200_v1b_ssld | Res2Net200_vd_26w_4s_ssld | = = - - \
| weights=Res2Net200_vd_26w_4s_ssld | config=r2n200_v1b_imagenet
""",
        '{}_imagenet',
        note="Trained with PaddleClas's own recipe: 200 epochs, cosine from 0.1, mixup 0.2, label "
        'smoothing 0.1, weight decay 1e-4, 64 images per card. Its parameters count the running '
        'statistics of the norms, and its GMACs the norms, too. Older documents print twice the '
        'FLOPs and swapped parameters.',
    ),
    Table(
        'paddledet',
        'Detectors with Res2Net-50 of PaddleDetection, COCO val2017',
        'github.com/PaddlePaddle/PaddleDetection: configs/res2net and the older static release',
        'coco',
        'box AP, mask AP',
        """
faster_rcnn_vb_1x      | Faster R-CNN, vb, 1x | 40.6 - | config=faster_rcnn_r2n50_fpn
mask_rcnn_vb_2x        | Mask R-CNN, vb, 2x   | 42.4 38.1 | config=mask_rcnn_r2n50_fpn_2x
mask_rcnn_vd_2x        | Mask R-CNN, vd, 2x   | 42.6 38.1 | config=mask_rcnn_r2n50_fpn_2x
faster_rcnn_static     | Faster R-CNN, older static release | 39.5 - | config=faster_rcnn_r2n50_fpn
mask_rcnn_vb_static    | Mask R-CNN, vb, older static release | 40.7 36.2 \
| config=mask_rcnn_r2n50_fpn_2x
mask_rcnn_vd_static    | Mask R-CNN, vd, older static release | 40.9 36.2 \
| config=mask_rcnn_r2n50_fpn_2x
mask_rcnn_vd_dcn       | Mask R-CNN, vd with DCNv2, older static release | 43.5 38.4 \
| config=mask_rcnn_r2n50_dcn_fpn_2x
""",
        note="PaddleDetection's recipes and weights differ from those of the configs, which follow "
        'MMDetection; its files of whole detectors cannot be loaded here.',
    ),
    Table(
        'mindcv',
        'Res2Net trained by MindCV, ImageNet val',
        'mindcv.readthedocs.io (the README of the repository keeps only res2net50)',
        'imagenet',
        'top-1 accuracy, top-5 accuracy',
        """
r2n50_26w4s  | res2net50      | 79.35 94.64
r2n101_26w4s | res2net101     | 79.56 94.70
r2n50_v1b    | res2net50-v1b  | 80.32 95.09
r2n101_v1b   | res2net101-v1b | 81.26 95.41
""",
        '{}_imagenet',
        note="Trained with MindCV's own recipe; its weights are files of MindSpore.",
        notes={'r2n50_v1b': 'printed there as a second "Res2Net50", of 25.77 M'},
    ),
    Table(
        'v1b-others',
        'Res2Net-v1b-50 trained by a user with CutMix',
        'github.com/Res2Net/Res2Net-PretrainedModels, issue 71',
        'imagenet',
        'top-1 accuracy',
        """
r2n50_v1b | Res2Net-v1b-50, 300 epochs, a step every 75 | 79.80
""",
        '{}_imagenet',
        note='The author points to CutMix with its own schedule (issue 71), and earlier to mixup '
        'with a cosine over 300 epochs (issue 38); no script was published.',
    ),
)
