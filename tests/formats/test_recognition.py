"""Where several layouts fit, the one with more labels is read, and no label is passed over."""

import json
from collections import Counter
from dataclasses import replace

import pytest
from folders import (
    coco_content,
    voc_xml,
    write_coco,
    write_image,
    write_json,
    write_voc,
    write_yolo,
)
from mask_folders import write_masked

from res2net_mm.errors import UserError
from res2net_mm.formats import (
    BOXES,
    LABEL_MAPS,
    Findings,
    describe_recognised,
    find_reader,
    layout_names,
    read_folder,
    text_file,
)
from res2net_mm.formats.boxes.coco import COCO
from res2net_mm.formats.boxes.voc import VOC
from res2net_mm.formats.findings import NOTE, PROBLEM
from res2net_mm.formats.recognition import read_in_best_layout


def read(root, layout=None):
    findings = Findings(stop=False)
    name, splits = read_folder(root, BOXES, findings, layout)
    return name, splits, findings


def write_both(root, *, coco_boxes, voc_boxes):
    """Images a and b, one of them with these boxes in each of two layouts."""
    boxes = [('cat', 1 + i, 1, 20 + i, 20) for i in range(voc_boxes)]
    write_voc(root, {'a': voc_xml(boxes), 'b': voc_xml(())}, {'train': ['a', 'b']})
    content = coco_content(['a.jpg'], boxes=[(i, 0, 10, 10) for i in range(coco_boxes)])
    write_json(root / 'train.json', content)
    return root


@pytest.mark.parametrize(
    ('coco_boxes', 'voc_boxes', 'taken', 'other'),
    [
        (2, 3, 'voc', 'COCO layout fits, too (1 images, 2 boxes)'),
        (4, 3, 'coco', 'VOC layout fits, too (2 images, 3 boxes)'),
    ],
)
def test_the_layout_with_more_labels_is_read_and_the_other_named(
    coco_boxes, voc_boxes, taken, other, tmp_path
):
    name, _, findings = read(write_both(tmp_path, coco_boxes=coco_boxes, voc_boxes=voc_boxes))
    assert name == taken
    (finding,) = [f for f in findings if 'fits, too' in f.name]
    assert finding.severity == PROBLEM
    assert finding.name.startswith(other)
    assert 'layout=' in finding.fix


def test_two_layouts_of_the_same_labels_are_no_problem(tmp_path):
    name, _, findings = read(write_both(tmp_path, coco_boxes=3, voc_boxes=3))
    assert name == 'coco'
    assert [f.severity for f in findings] == [NOTE]
    assert 'as many for each image' in findings[0].name


def test_the_layout_that_is_asked_for_is_read(tmp_path):
    write_both(tmp_path, coco_boxes=4, voc_boxes=3)
    name, splits, findings = read(tmp_path, 'voc')
    assert (name, len(splits['train'].content['annotations'])) == ('voc', 3)
    (finding,) = findings
    assert (finding.severity, finding.count) == (NOTE, 1)
    assert 'label files of COCO layout that are not used' in finding.name
    assert finding.examples == ('train.json',)


def test_a_wrong_layout_lists_those_there_are(tmp_path):
    write_coco(tmp_path)
    with pytest.raises(UserError) as raised:
        read(tmp_path, 'tfrecord')
    assert all(name in str(raised.value) for name in layout_names())
    with pytest.raises(UserError, match=r"not as layout='voc' says\. Looked for: PASCAL VOC"):
        read(tmp_path, 'voc')
    with pytest.raises(UserError, match="layout='coco' gives boxes, and label maps are needed"):
        read_folder(tmp_path, LABEL_MAPS, Findings(), 'coco')


@pytest.mark.parametrize('stop', [True, False])
def test_a_layout_that_cannot_be_read_is_named_where_another_fits(stop, tmp_path):
    write_yolo(tmp_path)
    write_json(tmp_path / 'annotations/train.json', '{"images": [')
    findings = Findings(stop=stop)
    name, _ = read_folder(tmp_path, BOXES, findings)
    assert name == 'yolo'
    (finding,) = [f for f in findings if f.severity == PROBLEM]
    assert finding.name.startswith('COCO layout fits, too, and cannot be read, so that YOLO')
    assert 'train.json is not a JSON file' in finding.name
    with pytest.raises(UserError, match='not a JSON file'):
        read(tmp_path, 'coco')


def test_an_error_of_the_layout_that_is_read_stops_as_without_the_other(tmp_path):
    write_yolo(tmp_path)
    (tmp_path / 'train/labels/train_0.txt').write_text('1 0.5 0.5 0.5 0.5\nno numbers\n')
    write_json(tmp_path / 'train.json', coco_content(['train_1.jpg']))
    assert read(tmp_path)[0] == 'yolo'
    with pytest.raises(UserError, match='lines that are no labels of YOLO: 1'):
        read_folder(tmp_path, BOXES, Findings())


@pytest.mark.parametrize(
    ('file', 'content', 'layout'),
    [
        ('more/a.xml', voc_xml(), 'VOC layout'),
        ('train2017/train_0.txt', '0 0.5 0.5 0.1 0.1\n', 'YOLO layout'),
    ],
)
def test_label_files_of_another_layout_are_named(file, content, layout, tmp_path):
    write_coco(tmp_path)
    place = tmp_path / file
    place.parent.mkdir(exist_ok=True)
    place.write_text(content)
    _, _, findings = read(tmp_path)
    (finding,) = findings
    assert finding.severity == PROBLEM
    assert layout in finding.name


def test_other_text_is_no_label_file(tmp_path):
    write_coco(tmp_path)
    (tmp_path / 'notes.txt').write_text('1 2 3\n')
    (tmp_path / 'list.txt').write_text('train_1.jpg 0.5 0.5 0.5 0.5\n')
    (tmp_path / 'project.xml').write_text('<project/>')
    assert read(tmp_path)[2] == []


def test_nothing_is_read_twice(tmp_path, monkeypatch):
    """Neither a folder by the same reader, nor a JSON file by two readers."""
    write_coco(tmp_path)
    calls: Counter[str] = Counter()

    def counting(name, does):
        def call(*given):
            calls[name] += 1
            return does(*given)

        return call

    monkeypatch.setattr(text_file.json, 'load', counting('json', json.load))
    readers = [
        replace(COCO, name=name, read=counting(name, COCO.read)) for name in ('one', 'other')
    ]
    name, _ = read_in_best_layout(tmp_path, BOXES, readers, Findings())
    assert name == 'one'
    assert calls == {'one': 1, 'other': 1, 'json': 2}  # a file for each of two splits


def test_boxes_of_images_in_two_splits_count_once(tmp_path):
    names = {'train': ['a'], 'trainval': ['a', 'b'], 'val': ['b']}
    write_voc(tmp_path, {'a': voc_xml(), 'b': voc_xml()}, names)
    _, splits, _ = read(tmp_path)
    said = describe_recognised(tmp_path, VOC, splits, ('dog', 'cat'), '')
    assert said.endswith('train 1 images, val 1, trainval 2, 2 boxes, 2 classes (dog, cat)')


@pytest.mark.parametrize(
    ('lists', 'said'),
    [
        ({'train': ['a', 'b'], 'val': ['c']}, 'train 2 images, val 1, 3 boxes'),
        ({}, '3 images, 3 boxes'),
    ],
)
def test_what_was_found_is_said_in_one_line(lists, said, tmp_path):
    root = write_voc(tmp_path / 'pets', dict.fromkeys('abc', voc_xml()), lists)
    _, splits, _ = read(root)
    line = describe_recognised(root, VOC, splits, ('dog',), 'from the XML files')
    assert line == f'pets: VOC layout, {said}, 1 class (dog; from the XML files)'


def test_label_maps_are_told_by_their_images(tmp_path):
    layout, splits = read_folder(write_masked(tmp_path / 'road'), LABEL_MAPS, Findings())
    line = describe_recognised(tmp_path / 'road', find_reader(layout), splits, ('a', 'b'), 'made')
    assert line == 'road: label maps, train 5 images, val 5, 2 classes (a, b; made)'


def test_a_picture_of_no_label_is_no_layout(tmp_path):
    write_image(tmp_path / 'a.jpg')
    assert read_folder(tmp_path, BOXES, Findings()) is None


def test_a_reader_that_looks_right_and_reads_nothing_hides_no_other(tmp_path):
    write_coco(tmp_path)
    looks_right = replace(COCO, name='empty', read=lambda root, findings: {})
    reads = replace(COCO, is_like=lambda root: False)
    read_as_coco = read_in_best_layout(tmp_path, BOXES, [looks_right, reads], Findings())
    assert read_as_coco is not None
    assert read_as_coco[0] == 'coco'
