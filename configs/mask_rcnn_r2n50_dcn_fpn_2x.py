# No result is published for Res2Net with deformable convolutions in this detector.
_base_ = './mask_rcnn_r2n50_fpn_2x.py'

model = dict(
    backbone=dict(
        dcn=dict(type='DCNv2', deform_groups=1, fallback_on_stride=False),
        stage_with_dcn=(False, True, True, True),
    )
)
# Deformable offsets can blow up: clipped gradients, and the base's warm-up of 500 iterations.
optim_wrapper = dict(clip_grad=dict(max_norm=35, norm_type=2))
