# Published: box AP 39.9, mask AP 35.7 (Res2Net-maskrcnn, 2x; mask AP also in paper table 8).
_base_ = './mask_rcnn_r2n50_26w4s_fpn_2x.py'

# Its pretrained weights were never published, so that this config starts from random ones and
# freezes nothing; with weights of your own: init_cfg=dict(type='Pretrained', checkpoint='...'),
# frozen_stages=1, norm_eval=True and norm_cfg.requires_grad=False as in the others.
model = dict(
    backbone=dict(
        preset='res2net50_18w_6s',
        frozen_stages=-1,
        norm_cfg=dict(requires_grad=True),
        norm_eval=False,
        init_cfg=None,
    )
)
