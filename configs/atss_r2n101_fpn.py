# No result is published for Res2Net-101 in this detector.
_base_ = './atss_r2n50_fpn.py'

model = dict(
    backbone=dict(
        preset='res2net101_v1b_26w_4s',
        init_cfg=dict(checkpoint='res2net://res2net101_v1b_26w_4s'),
    )
)
