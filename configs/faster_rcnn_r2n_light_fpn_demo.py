# No result is published: a small detector for the embedded demo set, trained from random weights.
_base_ = 'mmdet::faster_rcnn/faster-rcnn_r50_fpn_1x_coco.py'

data_root = 'data/demo/'  # drawn by tools/demo.py
classes = ('disc', 'square', 'triangle', 'star', 'ring')
image_size = (320, 320)  # px

model = dict(
    data_preprocessor=dict(pad_size_divisor=32),
    # A pyramid from stride 8: half the time of one from stride 4, and enough for 12 px.
    backbone=dict(
        _delete_=True,
        type='res2net_mm.Res2Net',
        preset='res2net_light_14w_4s',
        out_indices=(1, 2, 3),
    ),
    neck=dict(in_channels=[256, 512, 1024], out_channels=64, num_outs=4, norm_cfg=dict(type='BN')),
    rpn_head=dict(
        in_channels=64,
        feat_channels=64,
        anchor_generator=dict(scales=[2, 3], strides=[8, 16, 32, 64]),  # 16 to 192 px
    ),
    roi_head=dict(
        bbox_roi_extractor=dict(out_channels=64, featmap_strides=[8, 16, 32], finest_scale=28),
        bbox_head=dict(in_channels=64, fc_out_channels=256, num_classes=len(classes)),
    ),
    train_cfg=dict(
        rpn=dict(sampler=dict(num=128)),
        rpn_proposal=dict(nms_pre=500, max_per_img=200),
        rcnn=dict(sampler=dict(num=64)),
    ),
    test_cfg=dict(rpn=dict(nms_pre=300, max_per_img=200)),
)

train_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='LoadAnnotations', with_bbox=True),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackDetInputs'),
]
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='Resize', scale=image_size, keep_ratio=True),
    dict(type='LoadAnnotations', with_bbox=True),
    dict(
        type='PackDetInputs',
        meta_keys=('img_id', 'img_path', 'ori_shape', 'img_shape', 'scale_factor'),
    ),
]
train_dataloader = dict(
    batch_size=4,
    dataset=dict(data_root=data_root, metainfo=dict(classes=classes), pipeline=train_pipeline),
)
val_dataloader = dict(
    batch_size=8,
    dataset=dict(data_root=data_root, metainfo=dict(classes=classes), pipeline=test_pipeline),
)
test_dataloader = val_dataloader

val_evaluator = dict(
    _delete_=True,
    type='res2net_mm.SizeMetric',
    ann_file=data_root + 'annotations/instances_val2017.json',
)
test_evaluator = val_evaluator

train_cfg = dict(max_epochs=4, val_interval=2)
optim_wrapper = dict(
    optimizer=dict(_delete_=True, type='AdamW', lr=1e-3, weight_decay=0.05),
    clip_grad=dict(max_norm=10),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=False, begin=0, end=50),
    dict(type='CosineAnnealingLR', begin=0, end=4, by_epoch=True, convert_to_iter_based=True),
]
auto_scale_lr = dict(base_batch_size=4)
default_hooks = dict(logger=dict(interval=10), checkpoint=dict(max_keep_ckpts=1))
randomness = dict(seed=0)
