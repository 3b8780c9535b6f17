# Published: top-1 error 16.79 (paper table 4).
_base_ = './x29_8c64w_cifar100.py'

model = dict(
    backbone=dict(
        _delete_=True, type='res2net_mm.Res2Net', preset='res2next29_6c24w6s', out_indices=(2,)
    )
)
