# No result is published: a small classifier for the embedded demo set, trained from random weights.
_base_ = [
    'mmpretrain::_base_/default_runtime.py',
]

data_root = 'data/demo_objects/'  # drawn by tools/demo.py
image_size = (64, 64)  # px
classes = tuple(  # in the order of the folders, in which CustomDataset numbers them
    f'{pattern}_{shape}'
    for pattern in ('plain', 'striped')
    for shape in ('disc', 'ring', 'square', 'star', 'triangle')
)

data_preprocessor = dict(
    num_classes=len(classes),
    mean=[123.675, 116.28, 103.53],
    std=[58.395, 57.12, 57.375],
    to_rgb=True,
)
model = dict(
    type='ImageClassifier',
    # The objects are 12 to 26 px large: the last stage does not shrink its map.
    backbone=dict(
        type='res2net_mm.Res2Net',
        preset='res2net_light_14w_4s',
        strides=(1, 2, 2, 1),
        zero_init_residual=True,
        out_indices=(3,),
    ),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(
        type='LinearClsHead',
        num_classes=len(classes),
        in_channels=1024,
        loss=dict(type='CrossEntropyLoss'),
    ),
)

train_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='RandomFlip', prob=[0.25] * 3, direction=['horizontal', 'vertical', 'diagonal']),
    dict(type='PackInputs'),
]
test_pipeline = [dict(type='LoadImageFromFile'), dict(type='PackInputs')]
dataset = dict(type='CustomDataset', data_root=data_root, metainfo=dict(classes=classes))
train_dataloader = dict(
    batch_size=32,
    num_workers=1,
    dataset=dict(**dataset, data_prefix='train', pipeline=train_pipeline),
    sampler=dict(type='DefaultSampler', shuffle=True),
)
val_dataloader = dict(
    batch_size=50,
    num_workers=1,
    dataset=dict(**dataset, data_prefix='val', pipeline=test_pipeline),
    sampler=dict(type='DefaultSampler', shuffle=False),
)
test_dataloader = val_dataloader
val_evaluator = dict(
    type='res2net_mm.AccuracyMetric',
    sizes=data_root + 'objects.csv',
    bins=[('12px', 11, 13), ('15px', 14, 16), ('20px', 19, 21), ('26px', 25, 27)],
)
test_evaluator = val_evaluator

epochs = 5
train_cfg = dict(by_epoch=True, max_epochs=epochs, val_interval=5)
val_cfg = dict()
test_cfg = dict()
optim_wrapper = dict(
    optimizer=dict(type='AdamW', lr=4e-3, weight_decay=0.05), clip_grad=dict(max_norm=5)
)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=False, begin=0, end=125),
    dict(type='CosineAnnealingLR', begin=0, end=epochs, by_epoch=True, convert_to_iter_based=True),
]
auto_scale_lr = dict(base_batch_size=32)
default_hooks = dict(logger=dict(interval=10), checkpoint=dict(interval=5, max_keep_ckpts=1))
randomness = dict(seed=0)
