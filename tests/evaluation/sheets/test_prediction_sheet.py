import numpy as np

from res2net_mm.evaluation import Boxes, draw_sheet
from res2net_mm.evaluation.sheets.prediction_sheet import CAPTION, CELL, COLOURS

NONE = Boxes(np.zeros((0, 4)), np.zeros(0, int))


def test_a_box_lies_where_it_should_in_the_colour_of_its_class():
    image = np.zeros((100, 200, 3), np.uint8)
    truth = Boxes(np.array([[20.0, 40.0, 100.0, 80.0]]), np.array([1]))
    sheet = draw_sheet([(image, truth, NONE)], ['cat', 'dog'])
    assert sheet.shape == (CAPTION + CELL, 4 * CELL, 3)
    scale = (CELL - 2) / 200
    colour = COLOURS[1][::-1]
    assert tuple(sheet[CAPTION + round(80 * scale), round(60 * scale)]) == colour
    assert tuple(sheet[CAPTION + round(60 * scale), round(100 * scale)]) == colour
    assert (sheet[CAPTION : CAPTION + 100, CELL : CELL + 300] == 0).all()  # nothing predicted


def test_images_of_any_shape_and_an_odd_number_make_a_full_sheet():
    pictures = [
        (np.zeros((h, w, 3), np.uint8), NONE, Boxes(np.ones((1, 4)), np.array([7]), np.ones(1)))
        for h, w in ((10, 300), (400, 20), (1, 1))
    ]
    sheet = draw_sheet(pictures, [str(i) for i in range(8)])
    assert sheet.shape == (CAPTION + 2 * CELL, 4 * CELL, 3)
