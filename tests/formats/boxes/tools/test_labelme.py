import base64
import io
import json

import numpy as np
import pytest
from folders import write_image, write_json
from PIL import Image
from tool_folders import CAT, DOG, check_folder, labelme, write_labelme

from res2net_mm.data import recognise
from res2net_mm.errors import UserError
from res2net_mm.formats import Findings
from res2net_mm.formats.boxes.tools.labelme import LABELME

PLACES = {
    'beside': ('{}', '{}'),
    'in a folder': ('{}/images', '{}/labels'),
    'in a tree of its own': ('images/{}', 'json/{}'),
    'split by the images alone': ('images/{}', 'labels'),
}


@pytest.mark.parametrize(('place', 'files'), PLACES.values(), ids=PLACES)
def test_places_of_the_files(place, files, tmp_path):
    check_folder(write_labelme(tmp_path / 'set', place, files), tmp_path / 'out', 'labelme')


def annotations(root, shapes, **more):
    write_image(root / 'a.jpg')
    write_json(root / 'a.json', labelme(shapes, **more))
    findings = Findings()
    (split,) = LABELME.read(root, findings).values()
    return split.content['annotations'], findings


def test_circles_are_polygons_that_fill_their_box(tmp_path):
    (circle,), _ = annotations(tmp_path, [('a', 'circle', [(40, 30), (43, 34)])])
    assert circle['bbox'] == pytest.approx([35, 25, 10, 10])
    assert circle['area'] == pytest.approx(np.pi * 25, rel=2e-3)


def test_rectangles_by_any_corners(tmp_path):
    four = [(10, 20), (40, 20), (40, 50), (10, 50)]
    shapes = [('a', 'rectangle', DOG[::-1]), ('a', 'rectangle', four)]
    found, _ = annotations(tmp_path, shapes)
    assert [box['bbox'] for box in found] == [[10, 20, 30, 30]] * 2
    assert 'segmentation' not in found[0]


def test_masks(tmp_path):
    bits = np.zeros((4, 6), bool)
    bits[1:, 2:5] = True
    stream = io.BytesIO()
    Image.fromarray(bits).save(stream, 'PNG')
    content = labelme([('a', 'mask', [(10, 20), (15, 23)])])
    content['shapes'][0]['mask'] = base64.b64encode(stream.getvalue()).decode()
    write_image(tmp_path / 'a.jpg')
    write_json(tmp_path / 'a.json', content)
    (mask,) = LABELME.read(tmp_path, Findings())['all'].content['annotations']
    assert (mask['bbox'], mask['area']) == ([12, 21, 3, 3], 9)
    assert mask['segmentation']['size'] == [60, 80]


def test_polygons_of_a_group_are_one_object(tmp_path):
    content = labelme([('a', 'polygon', CAT), ('a', 'polygon', [(50, 5), (60, 5), (60, 15)])])
    content['shapes'] += labelme([('b', 'polygon', CAT), ('a', 'rectangle', DOG)])['shapes']
    for shape in content['shapes']:
        shape['group_id'] = 1
    write_image(tmp_path / 'a.jpg')
    write_json(tmp_path / 'a.json', content)
    findings = Findings()
    found = LABELME.read(tmp_path, findings)['all'].content['annotations']
    assert [(a['category_id'], len(a.get('segmentation', []))) for a in found] == [
        (1, 2),
        (2, 1),
        (1, 0),
    ]
    assert (found[0]['bbox'], found[0]['area']) == ([5, 5, 55, 30], 350)
    assert str(findings[0]).endswith(
        'objects of several polygons that share label and group_id: 1 (a.json)'
    )


def test_what_is_no_box_is_counted(tmp_path):
    shapes = [('a', 'point', [(1, 1)]), ('a', 'line', CAT[:2]), ('a', 'point', [(2, 2)])]
    found, findings = annotations(tmp_path, [*shapes, ('b', 'rectangle', DOG)])
    assert len(found) == 1
    assert [(f.name, f.count, f.severity) for f in findings] == [
        ('objects drawn as point, not used', 2, 1),
        ('objects drawn as line, not used', 1, 1),
    ]


@pytest.mark.parametrize(
    'shape',
    [
        ('a', 'polygon', CAT[:2]),
        ('a', 'rectangle', [(1, 'x'), (3, 4)]),
        ('a', 'rectangle', [(1, float('nan')), (3, 4)]),
        ('', 'rectangle', DOG),
        ('a', 'circle', DOG[:1]),
        ('a', 'mask', DOG),
        ('a', 'polygon', None),
    ],
    ids=str,
)
def test_objects_that_cannot_be_read_are_named(shape, tmp_path):
    found, (finding,) = annotations(tmp_path, [shape, ('b', 'rectangle', DOG)])
    assert len(found) == 1
    assert (finding.name, finding.count) == ('objects that cannot be read, left out', 1)
    assert finding.examples[0].startswith('a.jpg: ')


def test_images_of_another_machine_or_name(tmp_path):
    for path in ('..\\images\\A.JPG', '/home/me/a.jpg', 'old_name.jpg', None):
        write_image(tmp_path / 'images/a.jpg')
        write_json(tmp_path / 'labels/a.json', labelme([('a', 'rectangle', DOG)], path))
        (split,) = LABELME.read(tmp_path, Findings()).values()
        assert split.image_files == [tmp_path / 'images/a.jpg']


def test_of_two_images_of_one_name_that_beside_the_file_is_taken(tmp_path):
    for folder in 'pq':
        write_image(tmp_path / folder / 'a.jpg')
        write_json(tmp_path / folder / 'a.json', labelme([(folder, 'rectangle', DOG)]))
    (split,) = LABELME.read(tmp_path, Findings()).values()
    assert [image['file_name'] for image in split.content['images']] == ['p/a.jpg', 'q/a.jpg']


def test_labels_txt_orders_the_classes(tmp_path):
    (tmp_path / 'labels.txt').write_text('__ignore__\n_background_\nzebra\nunseen\n')
    write_image(tmp_path / 'a.jpg')
    shapes = [('ant', 'rectangle', DOG), ('zebra', 'rectangle', DOG)]
    write_json(tmp_path / 'a.json', labelme(shapes))
    (split,) = LABELME.read(tmp_path, Findings()).values()
    names = [category['name'] for category in split.content['categories']]
    assert names == ['zebra', 'unseen', 'ant']


def test_a_size_that_is_not_written_is_read_from_the_image(tmp_path):
    write_image(tmp_path / 'a.jpg', 44, 55)
    content = labelme([('a', 'rectangle', DOG)])
    write_json(tmp_path / 'a.json', {**content, 'imageHeight': None})
    (split,) = LABELME.read(tmp_path, Findings()).values()
    assert [(i['height'], i['width']) for i in split.content['images']] == [(44, 55)]


BROKEN = {
    'cut short': (lambda file: file.write_text('{"shapes": ['), 'train_0.json is not a JSON file'),
    'no list': (lambda file: file.write_text('{"shapes": 3}'), 'train_0.json has no list shapes'),
    'image gone': (
        lambda file: file.with_suffix('.jpg').unlink(),
        r'named and not there, with 2 objects: 1 \(train/train_0.jpg\). Fix: put them',
    ),
}


@pytest.mark.parametrize(('break_it', 'message'), BROKEN.values(), ids=BROKEN)
def test_broken_folders_get_one_error(break_it, message, tmp_path):
    write_labelme(tmp_path)
    break_it(tmp_path / 'train/train_0.json')
    with pytest.raises(UserError, match=message):
        recognise(tmp_path, tmp_path / 'out')


def test_images_without_a_file_are_said_and_not_used(tmp_path):
    write_labelme(tmp_path)
    write_image(tmp_path / 'train/new.jpg')
    summary = recognise(tmp_path, tmp_path / 'out').summary()
    assert 'images that no label file names, not used: 1 (train/new.jpg)' in summary


def test_other_json_is_not_like_it(tmp_path):
    write_json(tmp_path / 'a.json', json.dumps({'images': [], 'annotations': []}))
    assert not LABELME.is_like(tmp_path)
    assert LABELME.read(tmp_path, Findings()) == {}
