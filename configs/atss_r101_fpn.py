# Published: box AP 41.5 (mmdet).
_base_ = 'mmdet::atss/atss_r101_fpn_1x_coco.py'

val_evaluator = dict(
    _delete_=True,
    type='res2net_mm.SizeMetric',
    ann_file='data/coco/annotations/instances_val2017.json',
)
test_evaluator = val_evaluator
