"""YOLO layout is written, and what it does not hold is counted."""

import json

import pytest
from folders import write_coco, write_json

from res2net_mm.data.conversion.convert_data import convert_data
from tests.data.conversion.converted import boxes, faulty, lost, read


def test_what_yolo_does_not_hold_is_counted(tmp_path):
    said = convert_data(faulty(tmp_path), tmp_path / 'out', to='yolo')
    assert lost(said) == {
        'masks, as not every box has one of polygons': 1,
        'crowd boxes, left out': 1,
        'difficult objects, left out': 1,
        'boxes with further values, which are not written': 1,
        'boxes without width or height, left out': 1,
        'boxes wholly outside their image, left out': 1,
        'boxes that reach out of their image, clipped to it': 1,
    }
    assert [(f.name, f.count) for f in said.read] == [
        ('boxes that are not four numbers, left out', 1)
    ]
    assert 'not held by yolo: crowd boxes, left out: 1 (a.jpg)' in str(said)
    assert sum(boxes(tmp_path / 'out').values()) == 4
    assert ('train', 'a.jpg', 'b', 70, 50, 80, 60) in boxes(tmp_path / 'out')
    assert (tmp_path / 'out/labels/train/b.txt').read_text() == ''


def test_several_polygons_become_one_of_the_same_box_and_area(tmp_path):
    root = write_coco(tmp_path / 'set', splits=('train',), boxes=((0, 0, 40, 20),))
    file = root / 'annotations/instances_train2017.json'
    content = json.loads(file.read_text())
    squares = [[0, 0, 10, 0, 10, 10, 0, 10], [30, 20, 30, 10, 40, 10, 40, 20]]
    for entry in content['annotations']:
        entry['segmentation'] = squares
    write_json(file, content)
    convert_data(root, tmp_path / 'out', to='yolo')
    entry = read(tmp_path / 'out')[1]['train'].content['annotations'][0]
    assert entry['bbox'] == pytest.approx([0, 0, 40, 20])
    assert entry['area'] == pytest.approx(200)


def test_a_box_that_is_not_that_of_its_mask_is_counted(tmp_path):
    root = write_coco(tmp_path / 'set', splits=('train',), masks=True)
    file = root / 'annotations/instances_train2017.json'
    file.write_text(file.read_text().replace('"bbox": [10, 10, 20, 20]', '"bbox": [5, 10, 25, 20]'))
    said = convert_data(root, tmp_path / 'out', to='yolo')
    assert lost(said) == {'boxes that are not those around their masks, which are written': 5}
