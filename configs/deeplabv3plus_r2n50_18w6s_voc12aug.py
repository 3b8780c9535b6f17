# Published: mIoU 79.1 (paper table 7).
_base_ = './deeplabv3plus_r2n50_voc12aug.py'

# Its pretrained weights were never published, so that this config starts from random ones; with
# weights of your own: init_cfg=dict(type='Pretrained', checkpoint='...').
model = dict(backbone=dict(preset='res2net50_18w_6s', init_cfg=None))
