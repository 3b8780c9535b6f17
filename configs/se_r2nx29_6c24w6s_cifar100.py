# Published: top-1 error 16.56 (paper table 4).
# The paper does not name the reduction of squeeze-and-excitation: 16 is SENet's.
_base_ = './x29_8c64w_cifar100.py'

model = dict(
    backbone=dict(
        _delete_=True, type='res2net_mm.Res2Net', preset='se_res2next29_6c24w6s', out_indices=(2,)
    )
)
