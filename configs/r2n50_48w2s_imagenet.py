# Published: top-1 error 22.68, top-5 error 6.47 (paper table 3).
# Weights: https://shanghuagao.oss-cn-beijing.aliyuncs.com/res2net/res2net50_48w_2s-afed724a.pth
_base_ = './r50_imagenet.py'

model = dict(
    backbone=dict(
        _delete_=True, type='res2net_mm.Res2Net', preset='res2net50_48w_2s', out_indices=(3,)
    )
)
