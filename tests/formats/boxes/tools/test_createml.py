import json

import pytest
from folders import write_image, write_json
from tool_folders import check_folder, createml, write_createml

from res2net_mm.data import recognise
from res2net_mm.errors import UserError
from res2net_mm.formats import Findings
from res2net_mm.formats.boxes.tools.createml import CREATEML

PLACES = {
    'roboflow': ('{}', '{}/_annotations.createml.json'),
    'a file for each split': ('images', '{}.json'),
    'split by the images alone': ('images/{}', 'annotations/{}_all.json'),
}


@pytest.mark.parametrize(('place', 'file'), PLACES.values(), ids=PLACES)
def test_places_of_the_files(place, file, tmp_path):
    write_createml(tmp_path / 'set', place, file)
    check_folder(tmp_path / 'set', tmp_path / 'out', 'createml', polygons=False)


def test_one_file_for_images_in_split_folders(tmp_path):
    write_createml(tmp_path)
    for split in ('train', 'val'):
        (tmp_path / split / '_annotations.createml.json').unlink()
    write_json(tmp_path / 'all.json', createml('train') + createml('val'))
    check_folder(tmp_path, tmp_path / 'out', 'createml', polygons=False)


@pytest.mark.parametrize('order', [('image', 'annotations'), ('annotation', 'imagefilename')])
def test_names_and_order_of_the_keys(order, tmp_path):
    box = dict(label='a', coordinates=dict(x=5, y=6, width=4, height=2))
    for boxes in ([], [box]):
        values = ['a.jpg', boxes]
        entry = dict(zip(order, values if order[0] == 'image' else values[::-1], strict=True))
        write_image(tmp_path / 'a.jpg')
        write_json(tmp_path / 'a.json', [entry])
        assert CREATEML.is_like(tmp_path)
        (split,) = CREATEML.read(tmp_path, Findings()).values()
        assert [a['bbox'] for a in split.content['annotations']] == [[3, 5, 4, 2]] * len(boxes)


def test_objects_that_cannot_be_read_are_named(tmp_path):
    write_createml(tmp_path)
    file = tmp_path / 'train/_annotations.createml.json'
    content = json.loads(file.read_text())
    for broken in ({'label': 'cat'}, {'label': '', 'coordinates': {}}, 7):
        content[0]['annotations'].append(broken)
    content[0]['annotations'].append(dict(label='cat', coordinates=dict(x='a', y=1, width=1)))
    write_json(file, content)
    summary = recognise(tmp_path, tmp_path / 'out').summary()
    assert 'objects that cannot be read, left out: 4 (train/train_0.jpg: {' in summary


BROKEN = {
    'cut short': ('[{"image": "a.jpg", "annotations": [', 'is not a JSON file'),
    'entry that is none': (
        '[{"image": "train_0.jpg", "annotations": []}, {"image": "train_1.jpg"}]',
        r'entry 1 has no image or no annotations: \{',
    ),
}


@pytest.mark.parametrize(('content', 'message'), BROKEN.values(), ids=BROKEN)
def test_broken_folders_get_one_error(content, message, tmp_path):
    write_createml(tmp_path)
    write_json(tmp_path / 'train/_annotations.createml.json', content)
    with pytest.raises(UserError, match=message):
        recognise(tmp_path, tmp_path / 'out')


def test_results_of_coco_are_no_images(tmp_path):
    write_json(tmp_path / 'a.json', [dict(image_id=1, category_id=2, bbox=[1, 2, 3, 4], score=1)])
    assert CREATEML.read(tmp_path, Findings()) == {}
