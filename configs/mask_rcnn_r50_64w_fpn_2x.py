# Published: box AP 37.5, mask AP 33.9 (Res2Net-maskrcnn, 2x; mask AP also in paper table 8).
_base_ = './mask_rcnn_r2n50_26w4s_fpn_2x.py'

model = dict(
    backbone=dict(
        _delete_=True,
        type='ResNet',
        depth=50,
        style='caffe',
        frozen_stages=1,
        norm_cfg=dict(type='BN', requires_grad=False),
        norm_eval=True,
        init_cfg=dict(type='Pretrained', checkpoint='torchvision://resnet50'),
    )
)
