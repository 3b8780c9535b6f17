# Published: box AP 43.3, mask AP 38.3 (mmdet).
_base_ = 'mmdet::htc/htc_r50_fpn_20e_coco.py'

val_evaluator = dict(
    _delete_=True,
    type='res2net_mm.SizeMetric',
    ann_file='data/coco/annotations/instances_val2017.json',
    metric=['bbox', 'segm'],
)
test_evaluator = val_evaluator
