# Published: keypoint AP 70.4, 72.4 on annotated boxes (paper table 10; Res2Net-Pose-Estimation).
_base_ = 'mmpose::body_2d_keypoint/topdown_heatmap/coco/td-hm_res50_8xb64-210e_coco-256x192.py'

# The recipe of Res2Net-Pose-Estimation where it differs from MMPose's. Images stay BGR
# (COLOR_RGB: false), although the weights were trained on RGB.
model = dict(data_preprocessor=dict(bgr_to_rgb=False))
train_cfg = dict(max_epochs=140)
optim_wrapper = dict(optimizer=dict(lr=1e-3))
param_scheduler = [
    dict(type='MultiStepLR', begin=0, end=140, by_epoch=True, milestones=[90, 120], gamma=0.1)
]
auto_scale_lr = dict(base_batch_size=128)

# Scale and rotation are drawn there from normal distributions of 0.3 and 40 degrees, clipped at
# +-0.3 and +-80. MMPose cuts normal distributions of 0.3 and 80 at the same limits; what is left
# of the latter deviates by 43 degrees.
train_dataloader = dict(
    batch_size=32,
    dataset=dict(
        pipeline=[
            dict(type='LoadImage'),
            dict(type='GetBBoxCenterScale'),
            dict(type='RandomFlip', direction='horizontal'),
            dict(
                type='RandomBBoxTransform',
                shift_prob=0.0,
                scale_factor=(0.7, 1.3),
                rotate_factor=80.0,
                rotate_prob=0.6,
            ),
            dict(type='TopdownAffine', input_size=_base_.codec.input_size),
            dict(type='GenerateTarget', encoder=_base_.codec),
            dict(type='PackPoseInputs'),
        ]
    ),
)

# The boxes of the published results (person AP 56.4) are a file of the SimpleBaseline repository:
# data/coco/person_detection_results/COCO_val2017_detections_AP_H_56_person.json. To test on
# annotated boxes in their place: --cfg-options test_dataloader.dataset.bbox_file=
val_evaluator = dict(
    _delete_=True,
    type='res2net_mm.KeypointMetric',
    ann_file='data/coco/annotations/person_keypoints_val2017.json',
    nms_thr=0.9,
    keypoint_score_thr=0.2,
)
test_evaluator = val_evaluator
