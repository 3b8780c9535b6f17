# Published: box AP 43.6, mask AP 38.7 (mmdet; mask AP also in paper table 8).
# Weights: https://download.openmmlab.com/mmdetection/v2.0/res2net/mask_rcnn_r2_101_fpn_2x_coco/mask_rcnn_r2_101_fpn_2x_coco-17f061e8.pth
_base_ = './mask_rcnn_r2n50_fpn_2x.py'

# mmdet's file of the v1b weights, and its block rule: what the published detector was trained with.
model = dict(
    backbone=dict(
        preset='res2net101_v1b_26w_4s',
        block_rule='mmdet',
        init_cfg=dict(checkpoint='res2net://res2net101_v1d_26w_4s'),
    )
)
