import csv
import json

import numpy as np
import pytest
from folders import write_image, write_json
from tool_folders import SPLITS, check_folder, via_images, via_region, write_images, write_via

from res2net_mm.data import recognise
from res2net_mm.errors import UserError
from res2net_mm.formats import Findings
from res2net_mm.formats.boxes.tools.via import VIA

PLACES = {
    'split folders': ('{}', '{}/via_region_data.json'),
    'a file for each split': ('images', 'via_{}.json'),
    'beside the folders': ('images/{}', 'annotations/{}_annotations.json'),
}


@pytest.mark.parametrize(('place', 'file'), PLACES.values(), ids=PLACES)
def test_places_of_the_files(place, file, tmp_path):
    check_folder(write_via(tmp_path / 'set', place, file), tmp_path / 'out', 'via')


def test_a_project_of_all_images_beside_what_was_exported_of_each_split(tmp_path):
    write_via(tmp_path)
    images = {**via_images('train'), **via_images('val')}
    project = {'_via_settings': {'ui': {}}, '_via_img_metadata': images, '_via_attributes': {}}
    write_json(tmp_path / 'via_project.json', project)
    check_folder(tmp_path, tmp_path / 'out', 'via')
    findings = Findings()
    VIA.read(tmp_path, findings)
    assert 'via_project.json whose objects another file has, read once: 4' in str(findings[0])


def test_version_1(tmp_path):
    write_images(tmp_path)
    for split in SPLITS:
        images = via_images(split)
        for entry in images.values():
            entry['regions'] = {str(i): region for i, region in enumerate(entry['regions'])}
        images = {key: {'fileref': '', **entry} for key, entry in images.items()}
        write_json(tmp_path / split / 'via.json', images)
    check_folder(tmp_path, tmp_path / 'out', 'via')


def test_csv(tmp_path):
    write_images(tmp_path)
    head = 'filename,file_size,file_attributes,region_count,region_id'
    for split in SPLITS:
        with (tmp_path / split / 'via_export.csv').open('w', newline='') as stream:
            writer = csv.writer(stream)
            names = [*head.split(','), 'region_shape_attributes', 'region_attributes']
            writer.writerow(names)
            for entry in via_images(split).values():
                for index, region in enumerate(entry['regions']):
                    values = [json.dumps(value) for value in region.values()]
                    row = [entry['filename'], 99, '{}', len(entry['regions']), index, *values]
                    writer.writerow(row)
    write_image(tmp_path / 'train/empty.jpg')
    with (tmp_path / 'train/via_export.csv').open('a') as stream:
        stream.write('empty.jpg,99,{},0,0,{},{}\n')
    split = VIA.read(tmp_path, Findings())['train']
    assert [image['file_name'] for image in split.content['images']] == [
        'train/empty.jpg',
        'train/train_0.jpg',
        'train/train_1.jpg',
    ]
    assert [a['image_id'] for a in split.content['annotations']] == [2, 2, 3]
    (tmp_path / 'train/via_export.csv').write_text(f'{",".join(names)}\na.jpg,9,{{}},1,0,{{x,y\n')
    with pytest.raises(UserError, match=r'a region of a\.jpg is no JSON'):
        recognise(tmp_path, tmp_path / 'out')


def read(root, regions, **project):
    write_image(root / 'a.jpg')
    images = {'a.jpg9': {'filename': 'a.jpg', 'size': 9, 'regions': regions}}
    write_json(root / 'a.json', {'_via_img_metadata': images, **project} if project else images)
    findings = Findings()
    (split,) = VIA.read(root, findings).values()
    names = {c['id']: c['name'] for c in split.content['categories']}
    found = [(names[a['category_id']], a['bbox']) for a in split.content['annotations']]
    return found, findings, list(names.values())


def test_round_shapes(tmp_path):
    regions = [
        via_region('a', 'circle', cx=40, cy=30, r=5),
        via_region('a', 'ellipse', cx=40, cy=30, rx=10, ry=5, theta=0),
        via_region('a', 'ellipse', cx=40, cy=30, rx=10, ry=5, theta=np.pi / 2),
    ]
    (_, circle), (_, flat), (_, upright) = read(tmp_path, regions)[0]
    assert circle == pytest.approx([35, 25, 10, 10])
    assert flat == pytest.approx([30, 25, 20, 10])
    assert upright == pytest.approx([35, 20, 10, 20])


def test_what_is_no_box_or_cannot_be_read_is_counted(tmp_path):
    regions = [
        via_region('a', 'point', cx=1, cy=2),
        via_region('a', 'point', cx=1, cy=2),
        via_region('a', 'polyline', all_points_x=[1], all_points_y=[2]),
        via_region('a', 'polygon', all_points_x=[1, 2], all_points_y=[2, 3]),
        via_region('a', 'rect', x=1, y=None, width=3, height=4),
        via_region(None, 'rect', x=1, y=2, width=3, height=4),
        7,
        via_region('a', 'rect', x=1, y=2, width=3, height=4),
    ]
    found, findings, _ = read(tmp_path, regions)
    assert found == [('a', [1, 2, 3, 4])]
    assert [(f.name, f.count) for f in findings] == [
        ('objects drawn as point, not used', 2),
        ('objects drawn as polyline, not used', 1),
        ('objects that cannot be read, left out', 4),
    ]


RECT = via_region(None, 'rect', x=1, y=2, width=3, height=4)
# The attributes of two regions -> their classes, and what is said.
ATTRIBUTES = {
    'none': ([{}, {}], ['object', 'object'], ['objects without any region attribute, called']),
    'one': ([{'x': 'a'}, {'x': 'b'}], ['a', 'b'], []),
    'what all share': (
        [{'name': 'n', 'x': 'a'}, {'x': 'b', 'name': ''}],
        ['a', 'b'],
        ["region attributes beside 'x'"],
    ),
    'the usual name': (
        [{'colour': 'red', 'Type': 'a'}, {'colour': 'red', 'Type': 'b'}],
        ['a', 'b'],
        ["region attributes beside 'Type'"],
    ),
    'boxes to tick': ([{'x': {'a': True, 'b': False}}, {'x': {'b': True}}], ['a', 'b'], []),
    'numbers': ([{'x': 1}, {'x': 0}], ['1', '0'], []),
}


@pytest.mark.parametrize(('attributes', 'classes', 'said'), ATTRIBUTES.values(), ids=ATTRIBUTES)
def test_the_attribute_that_names_the_class(attributes, classes, said, tmp_path):
    regions = [{**RECT, 'region_attributes': values} for values in attributes]
    found, findings, _ = read(tmp_path, regions)
    assert [name for name, _ in found] == classes
    assert [finding.name[: len(text)] for finding, text in zip(findings, said, strict=True)] == said
    assert not any(finding.severity for finding in findings)


def test_classes_are_in_the_order_in_which_they_are_offered(tmp_path):
    regions = [{**RECT, 'region_attributes': {'x': name}} for name in ('a', 'z', 'm')]
    offered = {'region': {'x': {'type': 'radio', 'options': {'z': 'Z', 'unknown': '', 'm': ''}}}}
    assert read(tmp_path, regions, _via_attributes=offered)[2] == ['z', 'm', 'a']


BROKEN = {
    'cut short': ('{"_via_settings": {', 'is not a JSON file'),
    'no images': ('{"_via_img_metadata": [1]}', 'has no regions of images by name'),
    'no file name': ('{"_via_img_metadata": {"a.jpg9": {"regions": []}}}', "'a.jpg9' has no file"),
    'image that is none': ('{"_via_img_metadata": {"a.jpg9": 7}}', "'a.jpg9' has no filename"),
}


@pytest.mark.parametrize(('content', 'message'), BROKEN.values(), ids=BROKEN)
def test_broken_folders_get_one_error(content, message, tmp_path):
    write_via(tmp_path)
    write_json(tmp_path / 'train/via_region_data.json', content)
    with pytest.raises(UserError, match=message):
        recognise(tmp_path, tmp_path / 'out')
