# Published: mIoU 42.66 (mmseg).
_base_ = 'mmseg::deeplabv3/deeplabv3_r50-d8_4xb4-160k_ade20k-512x512.py'

val_evaluator = dict(_delete_=True, type='res2net_mm.RegionSizeMetric')
test_evaluator = val_evaluator
