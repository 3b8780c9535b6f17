import numpy as np

from res2net_mm.lettering import Lettering
from res2net_mm.prediction.pictures import class_colours, draw_labels, draw_objects
from res2net_mm.prediction.slices import Found

CLASSES = ('cat', 'dog')
GREY = np.full((80, 120, 3), 100, np.uint8)


def test_colours_are_the_palette_or_differ():
    assert class_colours(2, [(1, 2, 3), (4, 5, 6)]).tolist() == [[3, 2, 1], [6, 5, 4]]
    assert len(np.unique(class_colours(80), axis=0)) == 80


def test_a_box_its_mask_and_its_name_are_drawn():
    masks = np.zeros((1, 80, 120), bool)
    masks[0, 30:50, 40:60] = True
    boxes = np.array([[40, 30, 60, 50]], np.float32)
    found = Found(boxes, np.array([0.9], np.float32), np.array([1]), masks)
    colours = class_colours(2)
    drawn = draw_objects(GREY, found, CLASSES, colours, Lettering(CLASSES))
    assert (drawn[30, 45] == colours[1]).all()
    inside = (0.5 * colours[1] + 0.5 * GREY[0, 0]).round()
    assert (drawn[40, 50] == inside).all()
    assert (drawn[60:] == GREY[60:]).all()
    assert (GREY == 100).all()
    changed = (drawn[:30] != GREY[:30]).any(-1)
    assert changed.any()  # the name lies above the box


def test_labels_are_painted_with_a_legend_below_and_unknown_ones_left_alone():
    labels = np.zeros((80, 120), np.uint8)
    labels[:, 60:] = 255
    colours = class_colours(2)
    drawn = draw_labels(GREY, labels, CLASSES, colours, Lettering(CLASSES))
    assert drawn.shape[0] > 80
    assert (drawn[:80, 60:] == GREY[:, 60:]).all()
    assert (drawn[10, 10] == (0.5 * colours[0] + 0.5 * GREY[0, 0]).round()).all()
    assert (drawn[80:] == colours[0]).all(-1).any()
    assert not (drawn[80:] == colours[1]).all(-1).any()  # a class that is not there
