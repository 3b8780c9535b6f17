# Published: top-1 error 22.63, top-5 error 6.44 (paper table 2).
_base_ = './r50_imagenet.py'

model = dict(backbone=dict(depth=101))
