import numpy as np

from res2net_mm.prediction.found_by_size import FoundBySize
from res2net_mm.prediction.slices import Found


def test_objects_are_counted_by_class_and_size_of_the_mask():
    sizes = FoundBySize(['cat', 'dog', 'bird'])
    boxes = np.array([[0, 0, 100, 100], [0, 0, 10, 10]], np.float32)
    objects = Found(boxes, np.ones(2, np.float32), np.array([0, 1]))
    sizes.add_objects(objects)
    masks = np.zeros((2, 100, 100), bool)
    masks[0, :50, :50] = masks[1, :1] = True
    sizes.add_objects(Found(boxes, np.ones(2, np.float32), np.array([0, 0]), masks))
    assert sizes.counts() == {
        'cat': dict(small=1, medium=1, large=1, all=3),
        'dog': dict(small=1, medium=0, large=0, all=1),
    }
    lines = sizes.table().splitlines()
    assert lines[2].split() == ['cat', '1', '1', '1', '3']
    assert lines[-1].split() == ['total', '2', '1', '1', '4']


def test_regions_are_counted_and_what_is_no_class_is_not():
    sizes = FoundBySize(['road', 'sky'])
    labels = np.full((200, 200), 255, np.uint8)
    labels[:100] = 1
    labels[150:160, :10] = labels[150:160, 50:60] = 0
    sizes.add_labels(labels)
    assert sizes.counts() == {
        'road': dict(small=2, medium=0, large=0, all=2),
        'sky': dict(small=0, medium=0, large=1, all=1),
    }


def test_nothing_found_is_a_table_without_rows():
    assert len(FoundBySize(['cat']).table().splitlines()) == 2
