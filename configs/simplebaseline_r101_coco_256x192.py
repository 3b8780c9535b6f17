# Published: keypoint AP 71.4 (paper table 10).
_base_ = './simplebaseline_r50_coco_256x192.py'

model = dict(
    backbone=dict(depth=101, init_cfg=dict(type='Pretrained', checkpoint='torchvision://resnet101'))
)
