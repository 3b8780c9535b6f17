"""Segmenters take whole images; test_make_exportable runs them."""


def test_sliding_windows(shrunk, refused):
    cfg = shrunk('mmseg::deeplabv3plus/deeplabv3plus_r50-d8_4xb4-20k_voc12aug-512x512.py')
    cfg.model.test_cfg = dict(mode='slide', crop_size=(64, 64), stride=(32, 32))
    assert "test_cfg.mode='slide' cannot be exported" in refused(cfg)
