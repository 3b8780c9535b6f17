# Published: mIoU 79.1 (paper table 7).
_base_ = 'mmseg::deeplabv3plus/deeplabv3plus_r50-d8_4xb4-20k_voc12aug-512x512.py'

# Its pretrained weights were never published, so that this config starts from random ones; with
# weights of your own: init_cfg=dict(type='Pretrained', checkpoint='...').
model = dict(
    pretrained=None,
    backbone=dict(
        _delete_=True,
        type='res2net_mm.Res2Net',
        preset='res2net50_18w_6s',
        strides=(1, 2, 2, 1),
        dilations=(1, 1, 1, 2),
        norm_cfg=dict(type='SyncBN', requires_grad=True),
    ),
    decode_head=dict(dilations=(1, 6, 12, 18)),
)
