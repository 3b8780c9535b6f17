# Published: box AP 43.0 (mmdet).
# Weights: https://download.openmmlab.com/mmdetection/v2.0/res2net/faster_rcnn_r2_101_fpn_2x_coco/faster_rcnn_r2_101_fpn_2x_coco-175f1da6.pth
_base_ = 'mmdet::faster_rcnn/faster-rcnn_r50_fpn_2x_coco.py'

# mmdet's file of the v1b weights, and its block rule: what the published detector was trained with.
model = dict(
    backbone=dict(
        _delete_=True,
        type='res2net_mm.Res2Net',
        preset='res2net101_v1b_26w_4s',
        block_rule='mmdet',
        frozen_stages=1,
        norm_cfg=dict(type='BN', requires_grad=True),
        norm_eval=True,
        init_cfg=dict(type='Pretrained', checkpoint='res2net://res2net101_v1d_26w_4s'),
    )
)

val_evaluator = dict(
    _delete_=True,
    type='res2net_mm.SizeMetric',
    ann_file='data/coco/annotations/instances_val2017.json',
)
test_evaluator = val_evaluator
