# Published: top-1 error 21.56, top-5 error 5.94 (paper table 1).
# The paper does not name the reduction of squeeze-and-excitation: 16 is SENet's.
_base_ = './r50_imagenet.py'

model = dict(
    backbone=dict(
        _delete_=True, type='res2net_mm.Res2Net', preset='se_res2net50_26w_4s', out_indices=(3,)
    )
)
