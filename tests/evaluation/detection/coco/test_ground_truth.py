import json

import pytest

from res2net_mm.errors import UserError
from res2net_mm.evaluation import read_ground_truth

IMAGE = {'id': 1, 'height': 50, 'width': 80}
CATEGORY = {'id': 1, 'name': 'ant'}
SQUARE = [[0, 0, 10, 0, 10, 10, 0, 10]]
ANNOTATION = {'id': 1, 'image_id': 1, 'category_id': 1, 'bbox': [0, 0, 20, 10]}


def file_of(*annotations):
    return {'images': [IMAGE], 'categories': [CATEGORY], 'annotations': list(annotations)}


@pytest.mark.parametrize(
    ('fields', 'area'),
    [
        ({}, 200),
        ({'area': 0}, 200),
        ({'area': None}, 200),
        ({'area': 'large'}, 200),
        ({'area': 7.5}, 7.5),
        ({'segmentation': []}, 200),
        ({'segmentation': SQUARE}, 100),
        ({'segmentation': {'size': [50, 80], 'counts': [0, 30, 3970]}}, 30),
        ({'segmentation': SQUARE, 'area': 7.5}, 7.5),
    ],
)
def test_area_of_an_annotation(fields, area):
    truth = read_ground_truth(file_of({**ANNOTATION, **fields}))
    assert truth.annotations[0]['area'] == area
    assert len(truth.notes) == (area != 7.5)


def test_polygon_on_an_image_of_unknown_size_falls_back_to_the_box():
    data = {**file_of({**ANNOTATION, 'segmentation': SQUARE}), 'images': [{'id': 1}]}
    assert read_ground_truth(data).annotations[0]['area'] == 200


@pytest.mark.parametrize(
    ('fields', 'area_of'),
    [
        ({'area': 200}, 'box'),
        ({'area': 200, 'segmentation': SQUARE}, 'box'),
        ({'area': 100, 'segmentation': SQUARE}, 'mask'),
        ({'area': 100}, 'annotation'),
    ],
)
def test_what_the_areas_measure(fields, area_of):
    assert read_ground_truth(file_of({**ANNOTATION, **fields})).area_of == area_of


def test_annotations_of_unknown_images_are_left_out_and_counted():
    truth = read_ground_truth(file_of(ANNOTATION, {**ANNOTATION, 'id': 2, 'image_id': 9}))
    assert [a['id'] for a in truth.annotations] == [1]
    assert any('left out' in note and note.endswith(': 1') for note in truth.notes)


def test_an_id_of_zero_is_mentioned():
    notes = read_ground_truth(file_of({**ANNOTATION, 'id': 0, 'area': 1})).notes
    assert any('id 0' in note for note in notes)


def test_flat_boxes_are_mentioned():
    notes = read_ground_truth(file_of({**ANNOTATION, 'bbox': [3, 3, 0, 9]})).notes
    assert any('without width or height: 1;' in note for note in notes)


@pytest.mark.parametrize(
    ('data', 'message'),
    [
        ({'images': []}, "no list 'annotations'"),
        ([], 'not in COCO layout'),
        (file_of({'id': 1, 'image_id': 1}), "annotations\\[0\\] has no 'category_id'"),
        (file_of(ANNOTATION, ANNOTATION), "2 entries of 'annotations' have the id 1"),
    ],
)
def test_bad_files_are_refused(data, message, tmp_path):
    path = tmp_path / 'bad.json'
    path.write_text(json.dumps(data))
    with pytest.raises(UserError, match=message):
        read_ground_truth(path)


def test_unreadable_files_are_named(tmp_path):
    with pytest.raises(UserError, match=r'none\.json: No such file'):
        read_ground_truth(tmp_path / 'none.json')
    (tmp_path / 'text.json').write_text('{"images": [')
    with pytest.raises(UserError, match=r'text\.json is not a JSON file'):
        read_ground_truth(tmp_path / 'text.json')
