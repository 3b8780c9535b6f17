# Published: top-1 error 22.19, top-5 error 6.13 (paper table 1).
# DLA-X-60: with one split its block has one 3x3 convolution. MMPretrain has no DLA.
_base_ = './r50_imagenet.py'

model = dict(
    backbone=dict(
        _delete_=True,
        type='res2net_mm.Res2NetDLA',
        scales=1,
        base_width=4,
        groups=32,
        out_indices=(3,),
    ),
    head=dict(in_channels=1024),
)
