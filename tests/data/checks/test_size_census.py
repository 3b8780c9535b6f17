"""Boxes are counted by class and size, as training sees them."""

from pathlib import Path

from folders import coco_content

from res2net_mm.data.checks.size_census import MOST_ROWS, count_sizes
from res2net_mm.formats import BoxImages
from res2net_mm.openmmlab.resize_rule import ResizeRule

TWICE = ResizeRule(2, 2, False, True, 'by 2 x 2')


def part(**options) -> BoxImages:
    return BoxImages(Path('a.json'), Path(), coco_content(['a', 'b', 'c', 'd'], **options))


def test_boxes_count_by_class_and_size():
    census = count_sizes(part(boxes=[(0, 0, 20, 20), (0, 0, 40, 40)]), None)
    assert census.classes == ('cat', 'dog')
    assert census.counts().tolist() == [[4, 0, 0], [0, 4, 0]]
    assert census.resize == 'as they are'


def test_areas_are_those_after_the_resize():
    census = count_sizes(part(boxes=[(0, 0, 20, 20)]), TWICE)
    assert census.areas.tolist() == [1600] * 4
    assert census.counts().tolist() == [[0, 2, 0], [0, 2, 0]]
    assert 'images resized by 2 x 2' in census.table()


def test_crowds_do_not_count():
    images = part()
    images.content['annotations'][0]['iscrowd'] = 1
    assert len(count_sizes(images, None).labels) == 3


def test_the_table_has_a_row_for_each_class_and_an_end():
    assert count_sizes(part(), None).table().splitlines()[2].split() == ['cat', '2', '0', '0', '2']
    many = count_sizes(part(classes=[f'c{i}' for i in range(MOST_ROWS + 5)]), None).table()
    assert many.splitlines()[-1] == '  and 5 classes more'
