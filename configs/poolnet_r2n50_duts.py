# Published: maxF 0.892, MAE 0.037 on DUTS-TE (README of Res2Net-PoolNet).
_base_ = './poolnet_r50_duts.py'

# The same source on other sets, maxF and MAE: ECSSD 0.947 0.036, PASCAL-S 0.871 0.070,
# DUT-OMRON 0.837 0.052, HKU-IS 0.936 0.031, SOD 0.885 0.096. Test on each with --data.
model = dict(
    backbone=dict(
        _delete_=True,
        type='res2net_mm.Res2Net',
        preset='res2net50_26w_4s',
        strides=(1, 2, 2, 1),
        dilations=(1, 1, 1, 2),
        norm_cfg=dict(type='BN', requires_grad=False),
        norm_eval=True,
        init_cfg=dict(type='Pretrained', checkpoint='res2net://res2net50_26w_4s'),
    ),
)
