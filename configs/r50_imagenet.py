# Published: top-1 error 23.85, top-5 error 7.13 (paper tables 1 to 3).
# The official recipe, which every network of the paper's tables 1 to 3 was trained with
# (Res2Net-ImageNet-Training, main.py). The paper does not name its label smoothing.
_base_ = [
    'mmpretrain::_base_/models/resnet50.py',
    'mmpretrain::_base_/datasets/imagenet_bs32_pil_resize.py',
    'mmpretrain::_base_/schedules/imagenet_bs256.py',
    'mmpretrain::_base_/default_runtime.py',
]

model = dict(
    backbone=dict(zero_init_residual=False),
    head=dict(
        loss=dict(_delete_=True, type='LabelSmoothLoss', label_smooth_val=0.1, mode='original'),
        init_cfg=None,  # as PyTorch initialises a linear layer
    ),
)

val_evaluator = dict(_delete_=True, type='res2net_mm.AccuracyMetric')
test_evaluator = val_evaluator
