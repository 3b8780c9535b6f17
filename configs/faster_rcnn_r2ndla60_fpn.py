# No result is published for Res2Net-DLA-60 in a detector.
_base_ = './faster_rcnn_r2n50_fpn.py'

model = dict(
    backbone=dict(
        type='res2net_mm.Res2NetDLA',
        preset='res2net_dla60',
        init_cfg=dict(checkpoint='res2net://res2net_dla60'),
    ),
    neck=dict(in_channels=[128, 256, 512, 1024]),
)
