# No result is published for Res2Net in this network.
_base_ = 'mmseg::upernet/upernet_r50_4xb2-80k_cityscapes-512x1024.py'

model = dict(
    pretrained=None,
    backbone=dict(
        _delete_=True,
        type='res2net_mm.Res2Net',
        preset='res2net50_v1b_26w_4s',
        norm_cfg=dict(type='SyncBN', requires_grad=True),
        init_cfg=dict(type='Pretrained', checkpoint='res2net://res2net50_v1b_26w_4s'),
    ),
)

val_evaluator = dict(_delete_=True, type='res2net_mm.RegionSizeMetric')
test_evaluator = val_evaluator
