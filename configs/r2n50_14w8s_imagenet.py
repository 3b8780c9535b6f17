# Published: top-1 error 21.86, top-5 error 6.14 (paper table 3).
# Weights: https://shanghuagao.oss-cn-beijing.aliyuncs.com/res2net/res2net50_14w_8s-6527dddc.pth
_base_ = './r50_imagenet.py'

model = dict(
    backbone=dict(
        _delete_=True, type='res2net_mm.Res2Net', preset='res2net50_14w_8s', out_indices=(3,)
    )
)
