# Published: VOC mAP 74.4 (paper table 5, with a recipe it does not state).
_base_ = './faster_rcnn_r50_fpn_voc07.py'

model = dict(
    backbone=dict(
        _delete_=True,
        type='res2net_mm.Res2Net',
        preset='res2net50_26w_4s',
        frozen_stages=1,
        norm_cfg=dict(type='BN', requires_grad=True),
        norm_eval=True,
        init_cfg=dict(type='Pretrained', checkpoint='res2net://res2net50_26w_4s'),
    )
)
