# Published: top-1 error 20.81, top-5 error 5.57 (paper table 2).
# Weights: https://shanghuagao.oss-cn-beijing.aliyuncs.com/res2net/res2net101_26w_4s-02a759a1.pth
_base_ = './r50_imagenet.py'

model = dict(
    backbone=dict(
        _delete_=True, type='res2net_mm.Res2Net', preset='res2net101_26w_4s', out_indices=(3,)
    )
)
