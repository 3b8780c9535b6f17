# Published: box AP 47.5, mask AP 41.6 (mmdet).
# Weights: https://download.openmmlab.com/mmdetection/v2.0/res2net/htc_r2_101_fpn_20e_coco/htc_r2_101_fpn_20e_coco-3a8d2112.pth
_base_ = './htc_r2n50_fpn_20e.py'

# mmdet's file of the v1b weights, and its block rule: what the published detector was trained with.
model = dict(
    backbone=dict(
        preset='res2net101_v1b_26w_4s',
        block_rule='mmdet',
        init_cfg=dict(checkpoint='res2net://res2net101_v1d_26w_4s'),
    )
)
