# Published: top-1 error 21.55, top-5 error 5.86 (paper table 1).
# Weights: https://shanghuagao.oss-cn-beijing.aliyuncs.com/res2net/res2next_dla60_4s-d327927b.pth
_base_ = './r50_imagenet.py'

model = dict(
    backbone=dict(
        _delete_=True, type='res2net_mm.Res2NetDLA', preset='res2next_dla60', out_indices=(3,)
    ),
    head=dict(in_channels=1024),
)
