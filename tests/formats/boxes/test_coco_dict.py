import pytest

from res2net_mm.formats.boxes.coco_dict import CocoDict


def test_boxes_and_polygons_become_annotations():
    content = CocoDict(['cat', 'dog'])
    content.add_image('a.jpg', 20, 30)
    content.add('dog', [(5, 8), (1, 2)], iscrowd=1)
    content.add_image('b.jpg', 10, 10)
    content.add('cat', [(0, 0), (4, 0), (4, 3)], is_polygon=True)
    made = content.as_dict()
    assert [(i['id'], i['file_name'], i['height'], i['width']) for i in made['images']] == [
        (1, 'a.jpg', 20, 30),
        (2, 'b.jpg', 10, 10),
    ]
    box, polygon = made['annotations']
    assert (box['image_id'], box['category_id'], box['bbox']) == (1, 2, [1, 2, 4, 6])
    assert (box['area'], box['iscrowd'], 'segmentation' in box) == (24, 1, False)
    assert (polygon['image_id'], polygon['category_id']) == (2, 1)
    assert (polygon['bbox'], polygon['area']) == ([0, 0, 4, 3], pytest.approx(6))
    assert polygon['segmentation'] == [[0, 0, 4, 0, 4, 3]]
    assert made['categories'] == [dict(id=1, name='cat'), dict(id=2, name='dog')]
