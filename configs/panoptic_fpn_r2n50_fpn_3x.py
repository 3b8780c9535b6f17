# No result is published for Res2Net-50 in this network.
# Needs panopticapi: pip install git+https://github.com/cocodataset/panopticapi.git
_base_ = 'mmdet::panoptic_fpn/panoptic-fpn_r50_fpn_ms-3x_coco.py'

model = dict(
    backbone=dict(
        _delete_=True,
        type='res2net_mm.Res2Net',
        preset='res2net50_v1b_26w_4s',
        frozen_stages=1,
        norm_cfg=dict(type='BN', requires_grad=True),
        norm_eval=True,
        init_cfg=dict(type='Pretrained', checkpoint='res2net://res2net50_v1b_26w_4s'),
    )
)
