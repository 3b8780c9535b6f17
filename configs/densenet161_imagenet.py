# Published: top-1 error 22.35, top-5 error 6.20 (paper table 2).
_base_ = './r50_imagenet.py'

model = dict(backbone=dict(_delete_=True, type='DenseNet', arch='161'), head=dict(in_channels=2208))
