# Published: top-1 error 21.76, top-5 error 6.09 (paper table 1).
# Weights: https://shanghuagao.oss-cn-beijing.aliyuncs.com/res2net/res2next50_4s-6ef7e7bf.pth
_base_ = './r50_imagenet.py'

model = dict(
    backbone=dict(_delete_=True, type='res2net_mm.Res2Net', preset='res2next50', out_indices=(3,))
)
