# Published: top-1 error 18.77, top-5 error 4.64 (paper table 1).
# Weights: https://shanghuagao.oss-cn-beijing.aliyuncs.com/res2net/res2net101_v1b_26w_4s-0812c246.pth
_base_ = './r2n50_v1b_imagenet.py'

model = dict(backbone=dict(preset='res2net101_v1b_26w_4s'))
