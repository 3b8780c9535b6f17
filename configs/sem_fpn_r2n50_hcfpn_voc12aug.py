# No result is published for this pyramid.
_base_ = './deeplabv3plus_r2n50_voc12aug.py'

# Backbone of output stride 16, data and schedule of the DeepLab v3+ beside it; the head is that of
# Semantic FPN on maps at strides 4, 8, 16, 16.
model = dict(
    neck=dict(
        type='res2net_mm.HierarchicalContextFPN',
        in_channels=[256, 512, 1024, 2048],
        out_channels=256,
        num_outs=4,
        norm_cfg=dict(type='SyncBN', requires_grad=True),
    ),
    decode_head=dict(
        _delete_=True,
        type='FPNHead',
        in_channels=[256, 256, 256, 256],
        in_index=[0, 1, 2, 3],
        feature_strides=[4, 8, 16, 16],
        channels=128,
        dropout_ratio=0.1,
        num_classes=21,
        norm_cfg=dict(type='SyncBN', requires_grad=True),
        align_corners=False,
        loss_decode=dict(type='CrossEntropyLoss', use_sigmoid=False, loss_weight=1.0),
    ),
    auxiliary_head=dict(in_channels=256),
)
