"""Tables 5, 6 and 8 of the paper: detection and instance segmentation."""

from ..rows import PAPER, Table

_MASKRCNN = 'README of github.com/Res2Net/Res2Net-maskrcnn'
_MASK = 'mask AP, mask AP50, mask AP75, mask AP S, mask AP M, mask AP L'
_UNSTATED = (
    'The paper states neither code base nor image size nor frozen layers of this detector '
    '("follow all other details of Faster R-CNN"); faster_rcnn_r2n50_fpn is another one'
)
# Sources contradict each other in two ways about these runs.
_STRIDE = (
    'The released configs of the maskrcnn-benchmark runs leave STRIDE_IN_1X1 at its default, so '
    'that the stride sits in the first 1x1 convolution, although the weights were trained with '
    'the stride in the 3x3 ones; the shipped configs do the same (style="caffe").'
)

TABLES = (
    Table(
        'table5-voc',
        'Faster R-CNN, PASCAL VOC 2007 test',
        f'{PAPER}, table 5',
        'voc07',
        'VOC mAP',
        """
r50   | ResNet-50  | 72.1
r2n50 | Res2Net-50 | 74.4
""",
        'faster_rcnn_{}_fpn_voc07',
        'faster-voc',
        note='The paper follows "all other details of Faster R-CNN", and states no training '
        'split, image size, stride or frozen layers. A user got 71.05 with pytorch-faster-rcnn; '
        'the author advised torchvision-style normalisation and pointed to Res2Net-maskrcnn '
        '(Res2Net-PretrainedModels, issue 15).',
    ),
    Table(
        'table5',
        'Faster R-CNN, COCO val',
        f'{PAPER}, table 5',
        'coco',
        'box AP, box AP50',
        """
r50         | ResNet-50       | 31.1 51.4 | config=-
r2n50       | Res2Net-50      | 33.7 53.6 | config=-
r2n101_v1b  | Res2Net-v1b-101 | 43.0 63.5 | config=faster_rcnn_r2n101_fpn_2x | recipe=mmdet-2x
""",
        note=_UNSTATED,
        notes={
            'r2n101_v1b': (
                "another detector than the rows above: 43.0 is the box AP of MMDetection's "
                'Faster R-CNN with FPN, 2x'
            ),
        },
    ),
    Table(
        'table6',
        'Faster R-CNN by object size, COCO val',
        f'{PAPER}, table 6',
        'coco',
        'box AP S, box AP M, box AP L, box AP, box AR S, box AR M, box AR L, box AR',
        """
r50   | ResNet-50  | 13.5 35.4 46.2 31.1 21.8 48.6 61.6 42.8 | config=-
r2n50 | Res2Net-50 | 14.0 38.3 51.1 33.7 23.2 51.1 65.3 45.0 | config=-
""",
        note=_UNSTATED,
    ),
    Table(
        'table8',
        'Mask R-CNN, COCO val2017, masks',
        f'{PAPER}, table 8; the v1 rows also in the {_MASKRCNN}',
        'coco',
        _MASK,
        """
r50_64w     | ResNet-50        | 33.9 55.2 36.0 14.8 36.0 50.9
r2n50_48w2s | Res2Net-50 48w2s | 34.2 55.6 36.3 14.9 36.8 50.9
r2n50_26w4s | Res2Net-50 26w4s | 35.6 57.6 37.6 15.7 37.9 53.7
r2n50_18w6s | Res2Net-50 18w6s | 35.7 57.5 38.1 15.4 38.1 53.7
r2n50_14w8s | Res2Net-50 14w8s | 35.3 57.0 37.5 15.6 37.5 53.4
r2n101      | Res2Net-v1b-101  | 38.7 61.0 41.4 20.6 42.0 53.2 | recipe=mmdet-2x
""",
        'mask_rcnn_{}_fpn_2x',
        'maskrcnn-benchmark',
        note=f'Two code bases in one table: v1 rows from maskrcnn-benchmark. {_STRIDE}',
        notes={
            'r2n50_48w2s': 'the README labels this row "ResNet-50 48wx2s"',
            'r2n101': (
                "of another code base than the rows above: 38.7 is the mask AP of MMDetection's "
                'Mask R-CNN R2-101, 2x; the paper labels the row "64w"'
            ),
        },
    ),
    Table(
        'maskrcnn-box',
        'Mask R-CNN of table 8, COCO val2017, boxes',
        _MASKRCNN,
        'coco',
        _MASK.replace('mask', 'box'),
        """
r50_64w      | ResNet-50         | 37.5 58.4 40.3 20.6 40.1 49.7
r2n50_48w2s  | Res2Net-50 48w2s  | 38.0 58.9 41.3 20.5 41.0 49.9
r2n50_26w4s  | Res2Net-50 26w4s  | 39.6 60.9 43.1 22.0 42.3 52.8
r2n50_18w6s  | Res2Net-50 18w6s  | 39.9 60.9 43.3 21.8 42.8 53.7
r2n50_14w8s  | Res2Net-50 14w8s  | 39.1 60.2 42.1 21.7 41.7 52.8
r101_64w     | ResNet-101        | 39.6 60.6 43.2 22.0 43.2 52.4
r2n101_26w4s | Res2Net-101 26w4s | 41.8 62.6 45.6 23.4 45.5 55.6
""",
        'mask_rcnn_{}_fpn_2x',
        'maskrcnn-benchmark',
        note=_STRIDE,
    ),
    Table(
        'maskrcnn-mask',
        'Mask R-CNN with 101 layers beside table 8, COCO val2017, masks',
        f'{_MASKRCNN} (not in the paper)',
        'coco',
        _MASK,
        """
r101_64w     | ResNet-101        | 35.5 57.0 37.9 16.0 38.2 52.9
r2n101_26w4s | Res2Net-101 26w4s | 37.1 59.4 39.4 16.6 40.0 55.6
""",
        'mask_rcnn_{}_fpn_2x',
        'maskrcnn-benchmark',
        note=_STRIDE,
    ),
)
