"""Categories of all splits are those of train, in the order of their ids."""

import json

import pytest
from folders import coco_content, write_coco, write_json

from res2net_mm.data import recognise
from res2net_mm.errors import UserError


def test_classes_follow_the_category_ids_not_the_file(tmp_path):
    write_coco(tmp_path)
    file = tmp_path / 'annotations/instances_val2017.json'
    content = json.loads(file.read_text())
    content['categories'].reverse()
    write_json(file, content)
    folder = recognise(tmp_path, tmp_path / 'out')
    assert folder.classes == ('cat', 'dog')
    # MMDetection numbers labels in the order of the file, so the copy has to be in order.
    assert folder.splits['val'].ann_file == tmp_path / 'out/instances_val.json'
    copied = json.loads(folder.splits['val'].ann_file.read_text())
    assert [entry['name'] for entry in copied['categories']] == ['cat', 'dog']
    assert json.loads(file.read_text()) == content, 'the original stays'


def test_categories_of_val_are_matched_by_name(tmp_path):
    write_coco(tmp_path)
    content = coco_content([f'val_{i}.jpg' for i in range(5)], classes=('dog',))
    write_json(tmp_path / 'annotations/instances_val2017.json', content)
    val = recognise(tmp_path, tmp_path / 'out').splits['val']
    assert val.boxes_by_class == {'cat': 0, 'dog': 5}
    copied = json.loads(val.ann_file.read_text())
    assert [entry['name'] for entry in copied['categories']] == ['cat', 'dog']
    assert {annotation['category_id'] for annotation in copied['annotations']} == {2}


@pytest.mark.parametrize('same_name', [False, True])
def test_roboflows_root_category_is_no_class(same_name, tmp_path):
    write_coco(tmp_path)
    for split in ('train', 'val'):
        file = tmp_path / f'annotations/instances_{split}2017.json'
        content = json.loads(file.read_text())
        root = 'cat' if same_name else 'animals'
        for entry in content['categories']:
            entry['supercategory'] = root
        content['categories'].insert(0, {'id': 0, 'name': root, 'supercategory': 'none'})
        write_json(file, content)
    folder = recognise(tmp_path, tmp_path / 'out')
    assert folder.classes == ('cat', 'dog')
    assert any('stands for all others' in finding.name for finding in folder.findings)


@pytest.mark.parametrize(
    ('known', 'boxes', 'absent'),
    [
        (('cat', 'dog'), {'cat': 3, 'dog': 2}, ()),  # the folder's own, so it stays as it is
        (('dog', 'cat'), {'dog': 2, 'cat': 3}, ()),
        (('bird', 'cat', 'cow', 'dog'), {'bird': 0, 'cat': 3, 'cow': 0, 'dog': 2}, ('bird', 'cow')),
    ],
)
def test_classes_are_found_by_name_among_those_of_a_checkpoint(known, boxes, absent, tmp_path):
    write_coco(tmp_path, splits=('test',))
    folder = recognise(tmp_path, tmp_path / 'out', training=False, known=known)
    assert folder.classes == known
    test = folder.splits['test']
    assert test.boxes_by_class == boxes
    copied = json.loads(test.ann_file.read_text())
    assert [entry['name'] for entry in copied['categories']] == list(known)
    assert (test.ann_file.parent == tmp_path / 'out') == (known != ('cat', 'dog'))
    told = [f.examples for f in folder.findings if 'without boxes here' in f.name]
    assert told == ([absent] if absent else [])


def test_boxes_of_a_class_that_the_checkpoint_does_not_know_stop_the_test(tmp_path):
    write_coco(tmp_path, splits=('test',))
    message = r"that the checkpoint does not know \(it has cat, cow\): 2 \('dog', \.\.\.\)"
    with pytest.raises(UserError, match=message):
        recognise(tmp_path, tmp_path / 'out', training=False, known=('cat', 'cow'))
    folder = recognise(tmp_path, tmp_path / 'out', training=False, known=('dog', 'cat'))
    assert folder.splits['test'].boxes == 5
