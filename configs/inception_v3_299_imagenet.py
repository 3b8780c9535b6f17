# Published: top-1 error 22.55, top-5 error 6.44 (paper table 1).
# The paper compares with a published InceptionV3, which had a recipe of its own; here it gets that
# of the network beside it.
_base_ = './r2n50_26w4s_299_imagenet.py'

model = dict(
    backbone=dict(_delete_=True, type='InceptionV3', num_classes=1000, aux_logits=False),
    neck=None,
    head=dict(
        _delete_=True,
        type='ClsHead',
        loss=dict(type='LabelSmoothLoss', label_smooth_val=0.1, mode='original'),
        topk=(1, 5),
    ),
)
