# Published: box AP 41.8, mask AP 37.1 (Res2Net-maskrcnn, 2x).
_base_ = './mask_rcnn_r2n50_26w4s_fpn_2x.py'

model = dict(
    backbone=dict(
        preset='res2net101_26w_4s', init_cfg=dict(checkpoint='res2net://res2net101_26w_4s')
    )
)
