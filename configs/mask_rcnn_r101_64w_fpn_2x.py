# Published: box AP 39.6, mask AP 35.5 (Res2Net-maskrcnn, 2x).
_base_ = './mask_rcnn_r2n50_26w4s_fpn_2x.py'

model = dict(
    backbone=dict(
        _delete_=True,
        type='ResNet',
        depth=101,
        style='caffe',
        frozen_stages=1,
        norm_cfg=dict(type='BN', requires_grad=False),
        norm_eval=True,
        init_cfg=dict(type='Pretrained', checkpoint='torchvision://resnet101'),
    )
)
