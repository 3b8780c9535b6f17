"""What sheets show, pixel for pixel."""

import numpy as np

from res2net_mm.evaluation import Boxes, Masks, draw_segmentation_sheet, draw_sheet
from res2net_mm.evaluation.sheets import CAPTION, CELL, COLOURS, LEGEND_ROW, OPACITY

PALETTE = [(255, 0, 0), (0, 255, 0)]
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


def test_an_image_without_ground_truth_is_called_image():
    image = np.zeros((100, 200, 3), np.uint8)
    with_truth, without = (draw_sheet([(image, t, NONE)], ['cat']) for t in (NONE, None))
    assert (with_truth[CAPTION:] == without[CAPTION:]).all()
    assert (with_truth[:CAPTION, :CELL] != without[:CAPTION, :CELL]).any()
    assert (with_truth[:CAPTION, CELL : 2 * CELL] == without[:CAPTION, CELL : 2 * CELL]).all()


def test_images_of_any_shape_and_an_odd_number_make_a_full_sheet():
    pictures = [
        (np.zeros((h, w, 3), np.uint8), NONE, Boxes(np.ones((1, 4)), np.array([7]), np.ones(1)))
        for h, w in ((10, 300), (400, 20), (1, 1))
    ]
    sheet = draw_sheet(pictures, [str(i) for i in range(8)])
    assert sheet.shape == (CAPTION + 2 * CELL, 4 * CELL, 3)


def test_colours_lie_over_the_image_and_ignored_pixels_do_not():
    image = np.full((100, 200, 3), 80, np.uint8)
    truth = np.zeros((100, 200), np.int64)
    truth[:, 100:] = 255
    predicted = np.ones((100, 200), np.int64)
    sheet = draw_segmentation_sheet([Masks(image, truth, predicted)], ['a', 'b'], PALETTE)
    assert sheet.shape == (CAPTION + 159 + 2 + LEGEND_ROW, 3 * CELL, 3)
    row = sheet[CAPTION + 80]
    light, dark = round(OPACITY * 255 + (1 - OPACITY) * 80), round((1 - OPACITY) * 80)
    assert row[50].tolist() == [80, 80, 80]
    assert row[CELL + 50].tolist() == [dark, dark, light]  # red, in BGR
    assert row[CELL + 250].tolist() == [80, 80, 80]
    assert row[2 * CELL + 50].tolist() == [dark, light, dark]


def test_without_truth_the_image_stands_in_its_place():
    image = np.full((60, 60, 3), 80, np.uint8)
    picture = Masks(image, None, np.zeros((60, 60), int))
    sheet = draw_segmentation_sheet([picture] * 2, ['a', 'b'], PALETTE)
    assert sheet[CAPTION + 50, CELL + 50].tolist() == [80, 80, 80]
    assert len(sheet) == CAPTION + 2 * (CELL - 2 + 2) + LEGEND_ROW


def test_a_long_legend_breaks():
    image = np.zeros((60, 60, 3), np.uint8)
    labels = np.zeros((60, 60), int)
    names = [f'a rather long name {i}' for i in range(30)]
    sheet = draw_segmentation_sheet([Masks(image, labels, labels)], names, [(1, 2, 3)] * 30)
    short = draw_segmentation_sheet([Masks(image, labels, labels)], ['a'], [(1, 2, 3)])
    assert len(sheet) >= len(short) + 3 * LEGEND_ROW


def test_names_of_other_scripts_are_written_in_their_letters_or_as_numbers(monkeypatch):
    """OpenCV would write a row of question marks, as many as the name has bytes."""
    image, labels = np.zeros((60, 60, 3), np.uint8), np.zeros((60, 60), int)
    boxes = Boxes(np.array([[5.0, 5, 50, 50]]), np.array([0]), np.array([0.5]))

    def sheets(name):
        masks = draw_segmentation_sheet([Masks(image, labels, labels)], [name], [(1, 2, 3)])
        return draw_sheet([(image, boxes, boxes)], [name]), masks

    for one, other in zip(sheets('Ёлка'), sheets('Ложь'), strict=True):
        assert (one != other).any()
    monkeypatch.setattr('res2net_mm.lettering._font_with', lambda letters: None)
    for one, other in zip(sheets('汽车'), sheets('#1'), strict=True):
        assert (one == other).all()
