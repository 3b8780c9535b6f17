"""COCO folders with keypoints: which files are read, and which objects are left out."""

import json
from pathlib import Path

import pytest
from folders import coco_content, write_coco, write_json
from people_folders import people_content, write_people

from res2net_mm.errors import UserError
from res2net_mm.formats import KEYPOINTS, Findings, KeypointImages, describe_unknown, read_folder
from res2net_mm.formats.boxes.coco_keypoints import keypoint_content


def read(root):
    findings = Findings()
    return read_folder(root, KEYPOINTS, findings)[1], findings


def change(root, split, edit):
    file = root / f'annotations/person_keypoints_{split}2017.json'
    content = json.loads(file.read_text())
    edit(content)
    file.write_text(json.dumps(content))


def test_the_files_of_coco_are_read_beside_its_boxes(tmp_path):
    write_coco(tmp_path)
    write_people(tmp_path)
    splits, findings = read(tmp_path)
    assert {name: part.file.name for name, part in splits.items()} == {
        'train': 'person_keypoints_train2017.json',
        'val': 'person_keypoints_val2017.json',
    }
    assert all(isinstance(part, KeypointImages) for part in splits.values())
    assert not findings


def test_other_names_are_known_by_their_content(tmp_path):
    write_people(tmp_path)
    for split in ('train', 'val'):
        file = tmp_path / f'annotations/person_keypoints_{split}2017.json'
        file.rename(tmp_path / f'{split}2017/_annotations.coco.json')
    splits, findings = read(tmp_path)
    assert [len(part.image_files) for part in splits.values()] == [3, 3]
    assert not findings


def test_boxes_are_told_to_be_none(tmp_path):
    write_coco(tmp_path)
    assert read_folder(tmp_path, KEYPOINTS, Findings()) is None
    assert describe_unknown(tmp_path, KEYPOINTS).endswith('a folder of boxes, not of keypoints.')


def test_objects_without_keypoints_are_left_out_with_their_categories(tmp_path):
    write_people(tmp_path)

    def add_dog(content):
        content['categories'].append(dict(id=2, name='dog'))
        entry = dict(id=90, image_id=1, category_id=2, bbox=[1, 1, 9, 9], area=81, iscrowd=0)
        content['annotations'].append(entry)

    change(tmp_path, 'train', add_dog)
    splits, (finding,) = read(tmp_path)
    assert [entry['name'] for entry in splits['train'].content['categories']] == ['person']
    assert len(splits['train'].content['annotations']) == 6
    assert splits['train'].is_copy
    assert 'objects without keypoints, left out: 1 (id 90)' in str(finding)


def test_two_files_of_a_split_are_refused(tmp_path):
    write_people(tmp_path)
    file = tmp_path / 'annotations/person_keypoints_train2017.json'
    (tmp_path / 'annotations/keypoints_train.json').write_text(file.read_text())
    with pytest.raises(UserError, match="2 annotation files for the split 'train'"):
        read(tmp_path)


def test_a_file_that_is_none_of_coco_is_named(tmp_path):
    write_people(tmp_path)
    write_json(tmp_path / 'annotations/person_keypoints_val2017.json', {'people': []})
    with pytest.raises(UserError, match=r'person_keypoints_val2017\.json .* no list images'):
        read(tmp_path)


def test_the_name_of_a_file_says_that_it_may_hold_none():
    content = coco_content(['a.jpg'], boxes=())
    named, other = Path('person_keypoints_test.json'), Path('test.json')
    assert keypoint_content(named, content, Findings()) is content
    assert keypoint_content(other, content, Findings()) is None
    assert keypoint_content(other, people_content(['a.jpg']), Findings()) is not None
    assert keypoint_content(named, [], Findings()) is None
