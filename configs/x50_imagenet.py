# Published: top-1 error 22.61, top-5 error 6.50 (paper table 1).
# ResNeXt-50 32x4d.
_base_ = './r50_imagenet.py'

model = dict(backbone=dict(type='ResNeXt', groups=32, width_per_group=4))
