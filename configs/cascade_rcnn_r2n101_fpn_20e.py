# Published: box AP 45.7 (mmdet).
# Weights: https://download.openmmlab.com/mmdetection/v2.0/res2net/cascade_rcnn_r2_101_fpn_20e_coco/cascade_rcnn_r2_101_fpn_20e_coco-f4b7b7db.pth
_base_ = './cascade_rcnn_r2n50_fpn_20e.py'

# mmdet's file of the v1b weights, and its block rule: what the published detector was trained with.
model = dict(
    backbone=dict(
        preset='res2net101_v1b_26w_4s',
        block_rule='mmdet',
        init_cfg=dict(checkpoint='res2net://res2net101_v1d_26w_4s'),
    )
)
