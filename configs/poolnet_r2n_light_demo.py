# No result is published: a small detector of salient objects on the demo set, from random weights.
_base_ = './poolnet_r2n50_duts.py'

data_root = 'data/demo/'  # drawn by tools/demo.py
scale = (128, 128)  # px
train_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='res2net_mm.LoadSaliencyAnnotations', threshold=0),  # whatever is no background
    dict(type='Resize', scale=scale, keep_ratio=True),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackSegInputs'),
]
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='Resize', scale=scale, keep_ratio=True),
    dict(type='res2net_mm.LoadSaliencyAnnotations', threshold=0),
    dict(type='PackSegInputs'),
]
norm_cfg = dict(type='BN')
model = dict(
    data_preprocessor=dict(size_divisor=16),
    backbone=dict(
        _delete_=True,
        type='res2net_mm.Res2Net',
        preset='res2net_light_14w_4s',
        strides=(1, 2, 2, 1),
        dilations=(1, 1, 1, 2),
    ),
    decode_head=dict(
        in_channels=(128, 256, 512, 1024),
        channels=(16, 32, 32, 64),
        norm_cfg=norm_cfg,
        loss_decode=dict(type='mmseg.CrossEntropyLoss', use_sigmoid=True, avg_non_ignore=True),
        init_cfg=dict(type='Kaiming', layer='Conv2d'),
    ),
)
train_dataloader = dict(
    batch_size=8,
    num_workers=1,
    dataset=dict(
        data_root=data_root,
        img_suffix='.png',
        data_prefix=dict(img_path='train2017', seg_map_path='labels/train2017'),
        pipeline=train_pipeline,
    ),
)
val_dataloader = dict(
    num_workers=1,
    dataset=dict(
        data_root=data_root,
        img_suffix='.png',
        data_prefix=dict(img_path='val2017', seg_map_path='labels/val2017'),
        pipeline=test_pipeline,
    ),
)
test_dataloader = val_dataloader
epochs = 8
train_cfg = dict(max_epochs=epochs)
optim_wrapper = dict(
    _delete_=True,
    type='OptimWrapper',
    optimizer=dict(type='AdamW', lr=1e-3, weight_decay=0.05),
    clip_grad=dict(max_norm=10),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=False, begin=0, end=20),
    dict(type='CosineAnnealingLR', by_epoch=True, begin=0, end=epochs, convert_to_iter_based=True),
]
default_hooks = dict(logger=dict(interval=10), checkpoint=dict(max_keep_ckpts=1))
