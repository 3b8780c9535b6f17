# Published: mIoU 79.0 (paper table 7).
_base_ = './deeplabv3plus_r2n50_voc12aug.py'

model = dict(
    backbone=dict(preset='res2net50_14w_8s', init_cfg=dict(checkpoint='res2net://res2net50_14w_8s'))
)
