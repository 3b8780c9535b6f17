# Published: top-1 error 23.24, top-5 error 6.69 (paper table 1).
_base_ = './r50_imagenet.py'

model = dict(backbone=dict(type='SEResNet'))
