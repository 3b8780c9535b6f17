# Published: mIoU 74.82 (mmseg).
_base_ = 'mmseg::upernet/upernet_r50_4xb4-20k_voc12aug-512x512.py'

val_evaluator = dict(_delete_=True, type='res2net_mm.RegionSizeMetric')
test_evaluator = val_evaluator
