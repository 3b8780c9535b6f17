# Published: top-1 error 21.42, top-5 error 5.87 (paper table 3).
# Weights: https://shanghuagao.oss-cn-beijing.aliyuncs.com/res2net/res2net50_26w_6s-19041792.pth
_base_ = './r50_imagenet.py'

model = dict(
    backbone=dict(
        _delete_=True, type='res2net_mm.Res2Net', preset='res2net50_26w_6s', out_indices=(3,)
    )
)
