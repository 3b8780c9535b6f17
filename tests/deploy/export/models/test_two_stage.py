"""Second stages of their own kind are named; test_make_exportable.py runs the others."""

import pytest

FASTER = 'mmdet::faster_rcnn/faster-rcnn_r50_fpn_1x_coco.py'


@pytest.mark.parametrize(
    ('settings', 'message'),
    [
        (
            dict(type='GenericRoIExtractor'),
            'roi_head.bbox_roi_extractor GenericRoIExtractor cannot be exported',
        ),
        (dict(roi_layer=dict(pool_mode='max')), "pool_mode='avg'"),
    ],
)
def test_other_extractors(settings, message, shrunk, refused):
    cfg = shrunk(FASTER)
    cfg.merge_from_dict(dict(model=dict(roi_head=dict(bbox_roi_extractor=settings))))
    assert message in refused(cfg)


@pytest.mark.parametrize(
    ('config', 'message'),
    [
        ('mmdet::mask_rcnn/mask-rcnn_r50_fpn_1x_coco.py', 'mask_head FCNMaskHead'),
        ('mmdet::htc/htc-without-semantic_r50_fpn_1x_coco.py', 'roi_head HybridTask'),
    ],
)
def test_other_heads(config, message, shrunk, refused):
    assert message in refused(shrunk(config))
