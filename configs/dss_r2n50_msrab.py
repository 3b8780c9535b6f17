# Published: maxF 0.926, MAE 0.056 on ECSSD (paper table 9).
_base_ = './dss_r50_msrab.py'

# The same source on other sets, F and MAE: PASCAL-S 0.841 0.099, HKU-IS 0.905 0.050, DUT-OMRON
# 0.800 0.071. Test on each with --data.
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
