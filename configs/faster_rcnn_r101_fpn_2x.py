# Published: box AP 39.8 (mmdet).
_base_ = 'mmdet::faster_rcnn/faster-rcnn_r101_fpn_2x_coco.py'

val_evaluator = dict(
    _delete_=True,
    type='res2net_mm.SizeMetric',
    ann_file='data/coco/annotations/instances_val2017.json',
)
test_evaluator = val_evaluator
