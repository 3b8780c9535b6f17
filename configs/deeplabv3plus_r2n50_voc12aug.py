# Published: 79.2 mIoU on VOC12 val, DeepLab v3+ at output stride 16 (Res2Net paper, Table 7).
# The paper's schedule is that of DeepLab v3+: 30k iterations of 16 images, crops of 513 px, poly
# decay from 0.007. Here four processes take four images each.
_base_ = 'mmseg::deeplabv3plus/deeplabv3plus_r50-d8_4xb4-20k_voc12aug-512x512.py'

norm_cfg = dict(type='SyncBN', requires_grad=True)
model = dict(
    pretrained=None,
    backbone=dict(
        _delete_=True,
        type='res2net_mm.Res2Net',
        preset='res2net50_v1b_26w_4s',
        strides=(1, 2, 2, 1),
        dilations=(1, 1, 1, 2),
        norm_cfg=norm_cfg,
        init_cfg=dict(type='Pretrained', checkpoint='res2net://res2net50_v1b_26w_4s'),
    ),
    decode_head=dict(dilations=(1, 6, 12, 18)),
)
