# Published: box AP 38.0, mask AP 34.2 (Res2Net-maskrcnn, 2x; mask AP also in paper table 8).
_base_ = './mask_rcnn_r2n50_26w4s_fpn_2x.py'

model = dict(
    backbone=dict(preset='res2net50_48w_2s', init_cfg=dict(checkpoint='res2net://res2net50_48w_2s'))
)
