# Published: mIoU 42.05 (mmseg).
_base_ = 'mmseg::upernet/upernet_r50_4xb4-160k_ade20k-512x512.py'

val_evaluator = dict(_delete_=True, type='res2net_mm.RegionSizeMetric')
test_evaluator = val_evaluator
