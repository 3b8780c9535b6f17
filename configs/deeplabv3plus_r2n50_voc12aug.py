# Published: mIoU 79.2 (paper table 7).
_base_ = 'mmseg::deeplabv3plus/deeplabv3plus_r50-d8_4xb4-20k_voc12aug-512x512.py'

# Output stride 16 in training and test, as in the paper. The schedule is that of mmseg: 20k
# iterations of 4x4 images from 0.01. The paper follows DeepLab v3+: 30k iterations from 0.007.
model = dict(
    pretrained=None,
    backbone=dict(
        _delete_=True,
        type='res2net_mm.Res2Net',
        preset='res2net50_26w_4s',
        strides=(1, 2, 2, 1),
        dilations=(1, 1, 1, 2),
        norm_cfg=dict(type='SyncBN', requires_grad=True),
        init_cfg=dict(type='Pretrained', checkpoint='res2net://res2net50_26w_4s'),
    ),
    decode_head=dict(dilations=(1, 6, 12, 18)),
)

val_evaluator = dict(_delete_=True, type='res2net_mm.RegionSizeMetric')
test_evaluator = val_evaluator
