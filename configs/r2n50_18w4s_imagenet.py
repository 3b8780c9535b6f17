# Published: top-1 error 22.92, top-5 error 6.67 (paper table 3).
# Res2Net-50-L, the light one.
_base_ = './r50_imagenet.py'

model = dict(
    backbone=dict(
        _delete_=True, type='res2net_mm.Res2Net', preset='res2net50_18w_4s', out_indices=(3,)
    )
)
