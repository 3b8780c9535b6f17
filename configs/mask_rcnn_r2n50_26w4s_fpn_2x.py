# Published: box AP 39.6, mask AP 35.6 (Res2Net-maskrcnn, 2x; mask AP also in paper table 8).
_base_ = 'mmdet::mask_rcnn/mask-rcnn_r50_fpn_2x_coco.py'

# The recipe of the maskrcnn-benchmark runs, where it differs from mmdet's: the stride sits in the
# first 1x1 (caffe style), norms are frozen, and so on below.
smooth_l1 = dict(_delete_=True, type='SmoothL1Loss', beta=1.0, loss_weight=1.0)
model = dict(
    backbone=dict(
        _delete_=True,
        type='res2net_mm.Res2Net',
        preset='res2net50_26w_4s',
        style='caffe',
        frozen_stages=1,
        norm_cfg=dict(type='BN', requires_grad=False),
        norm_eval=True,
        init_cfg=dict(type='Pretrained', checkpoint='res2net://res2net50_26w_4s'),
    ),
    rpn_head=dict(loss_bbox=dict(_delete_=True, type='SmoothL1Loss', beta=1 / 9, loss_weight=1.0)),
    roi_head=dict(
        bbox_roi_extractor=dict(roi_layer=dict(sampling_ratio=2)),
        mask_roi_extractor=dict(roi_layer=dict(sampling_ratio=2)),
        bbox_head=dict(loss_bbox=smooth_l1),
    ),
)
optim_wrapper = dict(paramwise_cfg=dict(bias_lr_mult=2, bias_decay_mult=0))
param_scheduler = [
    dict(type='LinearLR', start_factor=1 / 3, by_epoch=False, begin=0, end=500),
    dict(type='MultiStepLR', begin=0, end=24, by_epoch=True, milestones=[16, 22], gamma=0.1),
]

val_evaluator = dict(
    _delete_=True,
    type='res2net_mm.SizeMetric',
    ann_file='data/coco/annotations/instances_val2017.json',
    metric=['bbox', 'segm'],
)
test_evaluator = val_evaluator
