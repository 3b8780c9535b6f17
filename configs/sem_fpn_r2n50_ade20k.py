# No result is published for Res2Net in this network.
_base_ = 'mmseg::sem_fpn/fpn_r50_4xb4-160k_ade20k-512x512.py'

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
