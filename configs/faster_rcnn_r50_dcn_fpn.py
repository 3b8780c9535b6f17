# No result is published for this baseline with clipped gradients.
_base_ = './faster_rcnn_r50_fpn.py'

model = dict(
    backbone=dict(
        dcn=dict(type='DCNv2', deform_groups=1, fallback_on_stride=False),
        stage_with_dcn=(False, True, True, True),
    )
)
# Deformable offsets can blow up: clipped gradients, and the base's warm-up of 500 iterations.
optim_wrapper = dict(clip_grad=dict(max_norm=35, norm_type=2))
