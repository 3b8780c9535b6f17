# No result is published for Res2NeXt-50 in a detector.
_base_ = './faster_rcnn_r2n50_fpn.py'

model = dict(backbone=dict(preset='res2next50', init_cfg=dict(checkpoint='res2net://res2next50')))
