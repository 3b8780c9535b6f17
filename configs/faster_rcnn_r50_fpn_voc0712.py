# No result is published for this data.
_base_ = 'mmdet::pascal_voc/faster-rcnn_r50_fpn_1x_voc0712.py'

# As in mmdet, but no box is dropped for being small (mmdet leaves out those under 32 px).
train_dataloader = dict(
    dataset=dict(
        dataset=dict(
            datasets=[
                dict(
                    type='VOCDataset',
                    data_root='data/VOCdevkit/',
                    ann_file='VOC2007/ImageSets/Main/trainval.txt',
                    data_prefix=dict(sub_data_root='VOC2007/'),
                    filter_cfg=dict(filter_empty_gt=True),
                    pipeline={{_base_.train_pipeline}},
                ),
                dict(
                    type='VOCDataset',
                    data_root='data/VOCdevkit/',
                    ann_file='VOC2012/ImageSets/Main/trainval.txt',
                    data_prefix=dict(sub_data_root='VOC2012/'),
                    filter_cfg=dict(filter_empty_gt=True),
                    pipeline={{_base_.train_pipeline}},
                ),
            ]
        )
    )
)

# VOC's mAP by 11 points, and AP and AR by size.
val_evaluator = dict(_delete_=True, type='res2net_mm.SizeMetric', protocol='voc07')
test_evaluator = val_evaluator
