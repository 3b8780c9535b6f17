"""Folders of people with keypoints, as training reads them."""

import json

import pytest
from people_folders import write_people

from res2net_mm.data import recognise_keypoints
from res2net_mm.errors import UserError


def test_summary(tmp_path):
    folder = recognise_keypoints(write_people(tmp_path / 'set'), tmp_path / 'out')
    lines = folder.summary().splitlines()
    assert lines[0] == (
        'set: COCO layout of keypoints, train 3 images, val 3, 12 people, 1 class '
        '(person; from the categories in the JSON)'
    )
    assert lines[1].split()[:3] == ['split', 'images', 'people']
    assert lines[2].split() == ['train', '3', '6', '0', '6', '0', '0', '0']
    assert 'ignored: crowd or no labelled keypoint' in lines[5]
    assert not (tmp_path / 'out').exists()
    assert folder.splits['test'].ann_file == folder.splits['val'].ann_file


def test_a_mended_copy_is_written(tmp_path):
    root = write_people(tmp_path / 'set', num_keypoints=3)
    before = (root / 'annotations/person_keypoints_train2017.json').read_text()
    folder = recognise_keypoints(root, tmp_path / 'out')
    copy = folder.splits['train'].ann_file
    assert copy == tmp_path / 'out/person_keypoints_train.json'
    assert {a['num_keypoints'] for a in json.loads(copy.read_text())['annotations']} == {17}
    assert (root / 'annotations/person_keypoints_train2017.json').read_text() == before


def test_a_folder_of_one_split_is_held_out_from(tmp_path):
    folder = recognise_keypoints(write_people(tmp_path, splits=['train'], count=10), tmp_path / 'o')
    assert [folder.splits[name].images for name in ('train', 'val')] == [8, 2]
    assert [folder.splits[name].boxes for name in ('train', 'val')] == [16, 4]


@pytest.mark.parametrize(
    ('entry', 'words'),
    [
        (dict(iscrowd=1), r"people of the split 'train' .*, as all 6 are crowds \(iscrowd=1\) or"),
        (
            dict(keypoints=[0] * 51, num_keypoints=0),
            r'have no labelled keypoint: 0\. Fix: label their',
        ),
        (dict(keypoints=[1, 2, 3]), r"people of the split 'train' that can be used: 0"),
        (dict(bbox=[1, 1, 0, 0]), r"people of the split 'train' that can be used: 0"),
    ],
    ids=['crowds', 'unlabelled', 'too few', 'no box'],
)
def test_a_split_without_usable_people_is_refused(entry, words, tmp_path):
    with pytest.raises(UserError, match=words):
        recognise_keypoints(write_people(tmp_path, **entry), tmp_path / 'out')
