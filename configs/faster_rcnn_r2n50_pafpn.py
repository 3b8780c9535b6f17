# No result is published for Res2Net with this neck.
_base_ = './faster_rcnn_r2n50_fpn.py'

model = dict(neck=dict(type='PAFPN'))
