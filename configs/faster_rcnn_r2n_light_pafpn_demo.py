# No result is published: the demo detector with a path aggregation pyramid.
_base_ = './faster_rcnn_r2n_light_fpn_demo.py'

model = dict(neck=dict(type='PAFPN'))
