# Published: maxF 0.910, MAE 0.065 on ECSSD (paper table 9).
_base_ = './poolnet_r50_duts.py'

# The same source on other sets, F and MAE: PASCAL-S 0.823 0.105, HKU-IS 0.894 0.058, DUT-OMRON
# 0.748 0.092. Test on each with --data. The paper says F, which of them is not said; DSS has max F.
# Unverified, since the paper refers to DSS, whose text describes VGG-16: SGD at 1e-8, momentum 0.9,
# weight decay 5e-4, ten images an update, 12k updates without a step, no post-processing by a CRF.
# A last stage of stride 1 gives the side outputs the strides 4, 8, 16, 16 and 32 that VGG-16 has.
data_root = 'data/MSRA-B/'
train_dataloader = dict(
    sampler=dict(_delete_=True, type='InfiniteSampler', shuffle=True),
    dataset=dict(
        data_root='data/MSRA-B/',  # images (.jpg) and masks (.png) in one folder
        ann_file='train.txt',  # the names of the 2500 training images without suffix, a line each
        data_prefix=dict(img_path='', seg_map_path=''),
    ),
)
val_dataloader = dict(
    dataset=dict(data_root='data/ECSSD/', data_prefix=dict(img_path='images', seg_map_path='masks'))
)
test_dataloader = val_dataloader

model = dict(
    decode_head=dict(
        _delete_=True,
        type='res2net_mm.DSSHead',
        in_channels=(256, 512, 1024, 2048),
        num_classes=2,
    ),
)

optim_wrapper = dict(
    optimizer=dict(_delete_=True, type='SGD', lr=1e-8, momentum=0.9, weight_decay=5e-4)
)
param_scheduler = []
train_cfg = dict(_delete_=True, type='IterBasedTrainLoop', max_iters=120000, val_interval=10000)
log_processor = dict(by_epoch=False)
default_hooks = dict(
    logger=dict(log_metric_by_epoch=False), checkpoint=dict(by_epoch=False, interval=10000)
)
