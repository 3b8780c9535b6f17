# No result is published: the demo detector with a hierarchical pyramid.
_base_ = './faster_rcnn_r2n_light_fpn_demo.py'

model = dict(neck=dict(type='res2net_mm.HierarchicalFPN'))
