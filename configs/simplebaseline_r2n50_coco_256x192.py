# Published: keypoint AP 72.2, 74.3 on annotated boxes (paper table 10; Res2Net-Pose-Estimation).
_base_ = './simplebaseline_r50_coco_256x192.py'

model = dict(
    backbone=dict(
        _delete_=True,
        type='res2net_mm.Res2Net',
        preset='res2net50_v1b_26w_4s',
        out_indices=(3,),
        init_cfg=dict(type='Pretrained', checkpoint='res2net://res2net50_v1b_26w_4s'),
    )
)
