# Published: mIoU 77.7 (paper table 7).
_base_ = 'mmseg::deeplabv3plus/deeplabv3plus_r50-d8_4xb4-20k_voc12aug-512x512.py'

# As deeplabv3plus_r2n50_voc12aug.py: output stride 16, mmseg's schedule.
model = dict(
    backbone=dict(
        strides=(1, 2, 2, 1),
        dilations=(1, 1, 1, 2),
        contract_dilation=False,
    ),
    decode_head=dict(dilations=(1, 6, 12, 18)),
)

val_evaluator = dict(_delete_=True, type='res2net_mm.RegionSizeMetric')
test_evaluator = val_evaluator
