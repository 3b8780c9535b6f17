# No result is published for a pyramid with the hierarchical convolution.
_base_ = './faster_rcnn_r2n50_fpn.py'

model = dict(neck=dict(type='res2net_mm.HierarchicalFPN'))
