"""Class activation maps over an image."""

import numpy as np

from res2net_mm.interpretability import CamRow, draw_cam_sheet
from res2net_mm.interpretability.cam_sheet import overlaid

IMAGE = np.full((20, 30, 3), (10, 20, 60), np.uint8)


def test_an_image_is_grey_where_the_map_is_zero():
    map_ = np.zeros((4, 4), np.float32)
    assert (overlaid(IMAGE, map_, (32, 32)) == 30).all()
    map_[0, 0] = 5
    found = overlaid(IMAGE, map_, (32, 32))
    assert found.shape == IMAGE.shape
    assert (found[16:] == 30).all()
    assert (found[0, 0] != 30).any()


def test_the_map_covers_the_padding():
    map_ = np.zeros((1, 2), np.float32)
    map_[0, 1] = 1  # of which the image has the left half, up to the middle of the padded width
    found = overlaid(IMAGE[:, :4], map_, (20, 40))
    assert (found == 30).all()


def test_a_row_for_each_stage_and_a_picture_for_each_map():
    maps = [np.ones((2, 2), np.float32)] * 3
    rows = [
        CamRow('stage 1', maps[:1], ['output']),
        CamRow('stage 2', maps, ['output', 'split 1 (50%)', 'split 2 (50%)']),
    ]
    boxes = np.array([[1, 2, 5, 6]])
    figure = draw_cam_sheet(IMAGE, rows, title='title', padded=(32, 32), boxes=boxes)
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ['stage 1', 'output', '', '', 'stage 2', 'output', *rows[1].titles[1:]]
    (outline,) = figure.axes[0].patches
    assert outline.get_bbox().bounds == (1, 2, 4, 4)
