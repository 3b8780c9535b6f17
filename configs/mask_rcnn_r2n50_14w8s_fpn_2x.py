# Published: box AP 39.1, mask AP 35.3 (Res2Net-maskrcnn, 2x; mask AP also in paper table 8).
_base_ = './mask_rcnn_r2n50_26w4s_fpn_2x.py'

model = dict(
    backbone=dict(preset='res2net50_14w_8s', init_cfg=dict(checkpoint='res2net://res2net50_14w_8s'))
)
