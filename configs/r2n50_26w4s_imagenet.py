# Published: top-1 error 22.01, top-5 error 6.15 (paper tables 1 to 3).
# Weights: https://shanghuagao.oss-cn-beijing.aliyuncs.com/res2net/res2net50_26w_4s-06e79181.pth
_base_ = './r50_imagenet.py'

model = dict(
    backbone=dict(
        _delete_=True, type='res2net_mm.Res2Net', preset='res2net50_26w_4s', out_indices=(3,)
    )
)
