# Published: mIoU 74.52 (mmseg).
_base_ = 'mmseg::sem_fpn/fpn_r50_4xb2-80k_cityscapes-512x1024.py'

val_evaluator = dict(_delete_=True, type='res2net_mm.RegionSizeMetric')
test_evaluator = val_evaluator
