# Published: box AP 41.0 (mmdet).
_base_ = 'mmdet::cascade_rcnn/cascade-rcnn_r50_fpn_20e_coco.py'

val_evaluator = dict(
    _delete_=True,
    type='res2net_mm.SizeMetric',
    ann_file='data/coco/annotations/instances_val2017.json',
)
test_evaluator = val_evaluator
