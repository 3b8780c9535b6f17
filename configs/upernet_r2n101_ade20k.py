# No result is published for Res2Net in this network.
_base_ = './upernet_r2n50_ade20k.py'

model = dict(
    backbone=dict(
        preset='res2net101_v1b_26w_4s', init_cfg=dict(checkpoint='res2net://res2net101_v1b_26w_4s')
    )
)
