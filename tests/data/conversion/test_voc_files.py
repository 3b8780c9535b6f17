"""VOC layout is written, and what it does not hold is counted."""

from folders import voc_xml, write_voc

from res2net_mm.data.conversion.convert_data import convert_data
from tests.data.conversion.converted import boxes, faulty, lost, read


def test_what_voc_does_not_hold_is_counted(tmp_path):
    said = convert_data(faulty(tmp_path), tmp_path / 'out', to='voc')
    assert lost(said) == {
        'classes without a box, which only boxes name': 1,
        'classes whose category id is another one from now on': 2,
        'masks': 1,
        'crowd boxes, written as difficult objects': 1,
        'boxes with further values, which are not written': 1,
        'boxes without width or height, left out': 1,
        'boxes wholly outside their image, left out': 1,
        'boxes that reach out of their image, clipped to it': 1,
        'boxes with fractions of pixels, rounded': 1,
        'boxes of a pixel in width or height, which VOC has none of, written with two': 1,
    }
    assert sum(boxes(tmp_path / 'out').values()) == 6
    part = read(tmp_path / 'out')[1]['train']
    assert sum(entry['iscrowd'] for entry in part.content['annotations']) == 2


def test_difficult_objects_stay_so_in_voc(tmp_path):
    objects = [('dog', 11, 11, 30, 30), ('dog', 5, 5, 9, 9, 'difficult')]
    root = write_voc(tmp_path / 'set', {'a': voc_xml(objects)}, {'val': ['a']})
    for to in ('coco', 'voc'):
        root = convert_data(root, tmp_path / to, to=to).root
    (_, splits) = read(root)
    assert [a.get('voc_difficult') for a in splits['val'].content['annotations']] == [None, 1]
