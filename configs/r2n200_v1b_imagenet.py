# Published: top-1 error 14.87, top-5 error 2.58 (paper table 1).
# Weights: https://paddle-imagenet-models-name.bj.bcebos.com/dygraph/Res2Net200_vd_26w_4s_ssld_pretrained.pdparams
# The published file was distilled from a larger network (SSLD), which no config here does. This is
# PaddleClas's recipe for its vd networks without a teacher: 200 epochs, cosine, mixup 0.2, label
# smoothing 0.1, 64 images per card; it prints a top-1 error of 18.79 for it. The number of cards is
# not stated: four are taken.
_base_ = './r50_imagenet.py'

model = dict(
    backbone=dict(
        _delete_=True, type='res2net_mm.Res2Net', preset='res2net200_v1b_26w_4s', out_indices=(3,)
    ),
    train_cfg=dict(augments=dict(type='Mixup', alpha=0.2)),
)

train_cfg = dict(max_epochs=200)
param_scheduler = dict(_delete_=True, type='CosineAnnealingLR', by_epoch=True, T_max=200)
