# Published: PQ 44.5, box AP 44.0, mask AP 39.6 (Res2Net-detectron2, 3x).
# Needs panopticapi: pip install git+https://github.com/cocodataset/panopticapi.git
_base_ = './panoptic_fpn_r2n50_fpn_3x.py'

# The published run had its stride in the first 1x1 (caffe style) and pooled nothing, which is what
# mmdet's block rule does in that style, and froze its norms.
model = dict(
    backbone=dict(
        preset='res2net101_v1b_26w_4s',
        style='caffe',
        block_rule='mmdet',
        norm_cfg=dict(requires_grad=False),
        init_cfg=dict(checkpoint='res2net://res2net101_v1b_26w_4s'),
    )
)
