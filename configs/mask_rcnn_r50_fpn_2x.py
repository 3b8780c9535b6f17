# Published: box AP 39.2, mask AP 35.4 (mmdet).
_base_ = 'mmdet::mask_rcnn/mask-rcnn_r50_fpn_2x_coco.py'

val_evaluator = dict(
    _delete_=True,
    type='res2net_mm.SizeMetric',
    ann_file='data/coco/annotations/instances_val2017.json',
    metric=['bbox', 'segm'],
)
test_evaluator = val_evaluator
