"""Dense heads that decode in a way of their own are named; test_make_exportable runs the rest."""


def test_a_head_with_a_decoder_of_its_own(shrunk, refused):
    cfg = shrunk('mmdet::gfl/gfl_r50_fpn_1x_coco.py')
    assert 'bbox_head GFLHead cannot be exported' in refused(cfg)
