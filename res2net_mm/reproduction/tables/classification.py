"""Tables 1 to 4 of the paper: ImageNet and CIFAR-100."""

from ..rows import PAPER, Table

_IMAGENET, _CIFAR = '{}_imagenet', '{}_cifar100'
_NOT_HERE = 'a baseline that neither this package nor MMPretrain ships'

TABLES = (
    Table(
        'table1-2',
        'ImageNet val, one 224 x 224 crop',
        f'{PAPER}, tables 1 and 2; parameters and GMACs from the README of '
        'github.com/Res2Net/Res2Net-PretrainedModels',
        'imagenet',
        'top-1 error, top-5 error, params M, GMACs',
        """
r50             | ResNet-50           | 23.85 7.13 - -
r2n50_26w4s     | Res2Net-50          | = = = = | preset=res2net50_26w_4s
inception_v3    | InceptionV3         | 22.55 6.44 - - | config=inception_v3_299_imagenet | recipe=
r2n50_26w4s_299 | Res2Net-50-299      | 21.41 5.88 - - | recipe=imagenet-299
x50             | ResNeXt-50          | 22.61 6.50 - -
r2nx50          | Res2NeXt-50 4w8c4s  | = = = = | preset=res2next50
dla60           | DLA-60              | 23.32 6.60 - -
r2ndla60        | Res2Net-DLA-60      | = = 21.15 = | preset=res2net_dla60
dlax60          | DLA-X-60            | 22.19 6.13 - -
r2nxdla60       | Res2NeXt-DLA-60     | = = 17.33 = | preset=res2next_dla60
se_r50          | SENet-50            | 23.24 6.69 - -
se_r2n50        | SE-Res2Net-50       | = = - - | preset=se_res2net50_26w_4s
bl_r50          | bLResNet-50         | 22.41 - - - | config=-
bl_r2n50        | bLRes2Net-50        | 21.68 6.00 - - | config=-
r101            | ResNet-101          | 22.63 6.44 - -
densenet161     | DenseNet-161        | 22.35 6.20 - - | recipe=
r2n101_26w4s    | Res2Net-101         | = = = = | preset=res2net101_26w_4s
r2n50_v1b       | Res2Net-v1b-50      | = = = = | preset=res2net50_v1b_26w_4s | recipe=imagenet-v1b
r2n101_v1b      | Res2Net-v1b-101     | = = = = | preset=res2net101_v1b_26w_4s | recipe=imagenet-v1b
r2n200_v1b_ssld | Res2Net-200-SSLD    | = = = = \
| preset=res2net200_v1b_26w_4s | recipe= | config=r2n200_v1b_imagenet
""",
        _IMAGENET,
        'imagenet',
        note='Errors are 100 minus the accuracy that the zoo (`res2net-mm presets`) holds. How the '
        'baselines were trained is not stated; their configs have the recipe of the networks '
        'beside them.',
        notes={
            'r2n50_26w4s_299': 'trained at 299 x 299; how test images are resized is not stated',
            'x50': (
                "by a third party's code, weaker than the official network "
                '(Res2Net-PretrainedModels issue 6)'
            ),
            'r2ndla60': (
                '21.15 M counts projections whose results are not used; without them it is '
                '20.85 M, which timm prints'
            ),
            'r2nxdla60': (
                '17.33 M and 3.6 GMACs count projections whose results are not used; without '
                'them they are 17.03 M (timm) and 3.5 GMACs (timm prints 3.49)'
            ),
            'se_r2n50': 'its reduction is not stated; 16, that of SENet, is taken',
            'bl_r50': _NOT_HERE,
            'bl_r2n50': 'widths, alpha and beta of bLRes2Net are not published',
            'r2n200_v1b_ssld': (
                'trained by PaddleClas with SSLD distillation, which no config here does; '
                'its weights are tested. Top-5, parameters and GMACs '
                'are from the README only'
            ),
        },
    ),
    Table(
        'table3',
        'Scale ablation of Res2Net-50, ImageNet val, one 224 x 224 crop',
        f'{PAPER}, table 3; parameters from the README of '
        'github.com/Res2Net/Res2Net-PretrainedModels',
        'imagenet',
        'top-1 error, top-5 error, params M, GMACs, runtime ms',
        """
r50         | ResNet-50 64w        | 23.85 7.13 - 4.2 149
r2n50_48w2s | Res2Net-50 48w2s     | = = = = 148 | preset=res2net50_48w_2s
r2n50_26w4s | Res2Net-50 26w4s     | = = = = 153 | preset=res2net50_26w_4s
r2n50_14w8s | Res2Net-50 14w8s     | = = = = 172 | preset=res2net50_14w_8s
r2n50_26w6s | Res2Net-50 26w6s     | = = = = -   | preset=res2net50_26w_6s
r2n50_26w8s | Res2Net-50 26w8s     | = = = = -   | preset=res2net50_26w_8s
r2n50_18w4s | Res2Net-50-L 18w4s   | = = - = 106 | preset=res2net50_18w_4s
""",
        _IMAGENET,
        'imagenet',
        note='GPU and batch size of the runtimes are not stated, so that no measurement stands '
        'beside them; `res2net-mm benchmark` measures both networks on one machine.',
        notes={
            'r2n50_26w8s': (
                'sources contradict each other: paper and mmpretrain print 79.20 top-1 accuracy '
                '(error 20.80), timm measured 78.95 with the same weights'
            ),
        },
    ),
    Table(
        'table4',
        'CIFAR-100 test, 32 x 32',
        f'{PAPER}, table 4',
        'cifar100',
        'params M, top-1 error',
        """
wrn             | Wide ResNet               | 36.5 20.50 | config=-
x29_8c64w       | ResNeXt-29 8c64w          | 34.4 17.90
x29_16c64w      | ResNeXt-29 16c64w         | 68.1 17.31
densenet_bc     | DenseNet-BC k=40          | 25.6 17.18 | config=-
r2nx29_6c24w4s  | Res2NeXt-29 6c24w4s       | = = | preset=res2next29_6c24w4s
r2nx29_8c25w4s  | Res2NeXt-29 8c25w4s       | = = | preset=res2next29_8c25w4s
r2nx29_6c24w6s  | Res2NeXt-29 6c24w6s       | = = | preset=res2next29_6c24w6s
se_x29_8c64w    | ResNeXt-29 8c64w-SE       | 35.1 16.77
se_r2nx29_6c24w4s | Res2NeXt-29 6c24w4s-SE  | 26.0 = | preset=se_res2next29_6c24w4s
se_r2nx29_8c25w4s | Res2NeXt-29 8c25w4s-SE  | 34.0 = | preset=se_res2next29_8c25w4s
se_r2nx29_6c24w6s | Res2NeXt-29 6c24w6s-SE  | 36.9 = | preset=se_res2next29_6c24w6s
""",
        _CIFAR,
        'cifar',
        note='The parameters are those of networks with a classifier of 10 classes, on CIFAR-100 '
        'of 100, and with a convolution for every split of the first blocks. Those of the SE forms '
        'fit no single reduction (+1.7, +0.2 and +0.2 M over the plain ones; 16 gives +0.52 M '
        'each). Third parties reach 1 to 2 points less, see `cifar-others`. Fig. 5 plots more '
        'networks without printing a number.',
        notes={
            'wrn': _NOT_HERE,
            'densenet_bc': _NOT_HERE,
        },
    ),
    Table(
        'cifar-others',
        'CIFAR-100 test, the networks of table 4 trained by others',
        'README of the third-party repository res2net-pytorch (its first four numbers; one '
        'revision of it prints accuracies of 80.62, 82.85, 83.27 and 82.48), and users in '
        'github.com/Res2Net/Res2Net-PretrainedModels, issues 14 and 36',
        'cifar100',
        'params M, top-1 error, top-1 accuracy',
        """
x29_8c64w           | ResNeXt-29 8c64w    | -     19.38 -
r2nx29_6c24w4s      | Res2NeXt-29 6c24w4s | 23.71 19.26 - | preset=res2next29_6c24w4s
r2nx29_8c25w4s      | Res2NeXt-29 8c25w4s | 32.96 18.67 - | preset=res2next29_8c25w4s
r2nx29_6c24w6s      | Res2NeXt-29 6c24w6s | 36.15 18.57 - | preset=res2next29_6c24w6s
r2nx29_6c24w4s_i14  | Res2NeXt-29 6c24w4s | - - 82.17 | config=r2nx29_6c24w4s_cifar100
r2nx29_8c25w4s_i14  | Res2NeXt-29 8c25w4s | - - 82.29 | config=r2nx29_8c25w4s_cifar100
r2nx29_6c24w4s_i36  | Res2NeXt-29         | - - 80.78 | config=r2nx29_6c24w4s_cifar100
""",
        _CIFAR,
        'cifar',
        note='The parameters are those of the form with a pooled last split in the first blocks, '
        'with a classifier of 100 classes.',
        notes={
            'r2nx29_6c24w4s_i14': 'issue 14',
            'r2nx29_8c25w4s_i14': 'issue 14',
            'r2nx29_6c24w4s_i36': 'issue 36',
        },
    ),
)
