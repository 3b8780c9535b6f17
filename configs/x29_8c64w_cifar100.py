# Published: top-1 error 17.90 (paper table 4).
# ResNeXt-29 8x64d: with one split a block has one 3x3 convolution. MMPretrain's ResNet_CIFAR has
# neither 29 layers nor groups. The recipe is ResNeXt's (appendix A); the author of Res2Net used a
# learning rate of 0.05 for 64 images, the same per image, and ImageNet's mean and std
# (Res2Net-PretrainedModels issues 14 and 36). The paper's other baselines, Wide ResNet and
# DenseNet-BC, are in MMPretrain for ImageNet only.
_base_ = [
    'mmpretrain::_base_/datasets/cifar100_bs16.py',
    'mmpretrain::_base_/schedules/cifar10_bs128.py',
    'mmpretrain::_base_/default_runtime.py',
]

model = dict(
    type='ImageClassifier',
    backbone=dict(
        type='res2net_mm.Res2Net',
        stage_blocks=(3, 3, 3),
        stem='3x3',
        scales=1,
        base_width=64,
        groups=8,
        out_indices=(2,),
    ),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(
        type='LinearClsHead',
        num_classes=100,
        in_channels=1024,
        loss=dict(type='CrossEntropyLoss'),
        init_cfg=None,  # as PyTorch initialises a linear layer
    ),
)
data_preprocessor = dict(mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375])

train_dataloader = dict(batch_size=128)
val_evaluator = dict(_delete_=True, type='res2net_mm.AccuracyMetric')
test_evaluator = val_evaluator

optim_wrapper = dict(optimizer=dict(weight_decay=5e-4))
param_scheduler = dict(milestones=[150, 225])
train_cfg = dict(max_epochs=300)
