# Published: top-1 error 21.53, top-5 error 5.80 (paper table 1).
# Weights: https://shanghuagao.oss-cn-beijing.aliyuncs.com/res2net/res2net_dla60_4s-d88db7f9.pth
_base_ = './r50_imagenet.py'

model = dict(
    backbone=dict(
        _delete_=True, type='res2net_mm.Res2NetDLA', preset='res2net_dla60', out_indices=(3,)
    ),
    head=dict(in_channels=1024),
)
