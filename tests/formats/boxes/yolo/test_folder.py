import os

import pytest
from folders import YOLO_LINE as BOX
from folders import write_image, write_yolo

from res2net_mm.data import recognise
from res2net_mm.errors import UserError
from res2net_mm.formats import Findings
from res2net_mm.formats.boxes.yolo.folder import YOLO
from res2net_mm.formats.image_file import each_folder_once

LAYOUTS = {
    'split folders': ('{}/images', '{}/labels'),
    'images and labels': ('images/{}', 'labels/{}'),
    'year': ('images/{}2017', 'labels/{}2017'),
    'beside': ('{}', '{}'),
    'deep': ('my_set/images/{}', 'my_set/labels/{}'),
    'other words': ('{}/img', '{}/annotations'),
    'words in names': ('{}_images', '{}_labels'),
    'by the images alone': ('images/{}', 'yolo_txt'),
    'capitals': ('Images/{}', 'Labels/{}'),
    'voc': ('JPEGImages/{}', 'labels/{}'),
}


@pytest.mark.parametrize('layout', LAYOUTS)
def test_layouts_without_a_description(layout, tmp_path):
    write_yolo(tmp_path, *LAYOUTS[layout])
    (tmp_path / 'classes.txt').write_text('cat\ndog\n')
    folder = recognise(tmp_path, tmp_path / 'out')
    assert (folder.layout, folder.classes) == ('yolo', ('cat', 'dog'))
    for name in ('train', 'val'):
        split = folder.splits[name]
        assert (split.images, split.boxes, split.empty) == (4, 3, 1)
        assert split.boxes_by_class == {'cat': 0, 'dog': 3}
        assert split.files.content['annotations'][0]['bbox'] == [20, 15, 40, 10]


def test_splits_of_the_labels_alone(tmp_path):
    write_yolo(tmp_path, 'images', 'labels/{}')
    folder = recognise(tmp_path, tmp_path / 'out')
    assert [folder.splits[name].images for name in ('train', 'val')] == [3, 3]
    assert 'images that no label file names, not used: 2 (images/train_3.jpg, ' in folder.summary()


DESCRIPTIONS = {
    'list': 'train: train/images\nval: val/images\nnc: 2\nnames: [cat, dog]',
    'dict': 'path: .\ntrain: train/images\nval: val/images\nnames:\n  0: cat\n  1: dog',
    'roboflow': 'train: ../train/images\nval: ../val/images\nnames: ["cat", "dog"]',
    'absolute': 'path: /home/me/set\ntrain: train/images\nval: [val/images]\nnames: [cat, dog]',
    'windows': 'train: C:\\set\\train\\images\nval: val\\images\nnames: [cat, dog]',
    'upper case': 'Train: train/images\nVal: val/images\nnames: [cat, dog]',
}


@pytest.mark.parametrize('text', DESCRIPTIONS.values(), ids=DESCRIPTIONS)
def test_descriptions_of_ultralytics(text, tmp_path):
    write_yolo(tmp_path)
    (tmp_path / 'data.yaml').write_text(text)
    folder = recognise(tmp_path, tmp_path / 'out')
    assert folder.classes == ('cat', 'dog')
    assert [folder.splits[name].boxes for name in ('train', 'val')] == [3, 3]


def test_darknet(tmp_path):
    write_yolo(tmp_path, 'data/obj_{}_data', 'data/obj_{}_data')
    for split in ('train', 'val'):
        lines = [f'data/obj_{split}_data/{split}_{i}.jpg\n' for i in range(4)]
        (tmp_path / f'data/{split}.txt').write_text(''.join(lines))
    (tmp_path / 'data/obj.names').write_text('cat\ndog\n')
    (tmp_path / 'obj.data').write_text(
        'classes = 2\ntrain = data/train.txt\nvalid = data/val.txt\nnames = data/obj.names\n'
    )
    folder = recognise(tmp_path, tmp_path / 'out')
    assert folder.classes == ('cat', 'dog')
    assert [folder.splits[name].images for name in ('train', 'val')] == [4, 4]


def test_polygons_are_masks(tmp_path):
    write_yolo(tmp_path, line='0 0.25 0.5 0.75 0.5 0.75 1')
    folder = recognise(tmp_path, tmp_path / 'out')
    annotation = folder.splits['train'].files.content['annotations'][0]
    assert annotation['segmentation'] == [[20, 20, 60, 20, 60, 40]]
    assert annotation['bbox'] == [20, 20, 40, 20]
    assert folder.has_masks


POSE = BOX + ' 0.4 0.4 2 0.6 0.6 1'


@pytest.mark.parametrize('described', [True, False])
def test_keypoints_behind_a_box_are_not_used_and_said(described, tmp_path):
    write_yolo(tmp_path, line=POSE)
    (tmp_path / 'train/labels/train_1.txt').write_text(f'{POSE}\n{POSE}')
    (tmp_path / 'train/labels/train_2.txt').write_text('')
    text = DESCRIPTIONS['list']
    (tmp_path / 'data.yaml').write_text(text + '\nkpt_shape: [2, 3]' * described)
    folder = recognise(tmp_path, tmp_path / 'out')
    split = folder.splits['train']
    assert (split.boxes, split.masks, split.empty) == (3, 0, 2)
    assert split.files.content['annotations'][0]['bbox'] == [20, 15, 40, 10]
    assert 'boxes with keypoints behind them, which are not used: 6' in folder.summary()


def test_boxes_polygons_and_turned_boxes_in_one_file(tmp_path):
    turned = '1 0.25 0.25 0.5 0.25 0.5 0.5 0.25 0.5'
    write_yolo(tmp_path, line=f'{BOX}\n0 0.25 0.5 0.75 0.5 0.75 1\n{turned}')
    split = recognise(tmp_path, tmp_path / 'out').splits['train']
    found = split.files.content['annotations'][:3]
    assert [a['bbox'] for a in found] == [[20, 15, 40, 10], [20, 20, 40, 20], [20, 10, 20, 10]]
    assert [a['area'] for a in found] == [400, 400, 200]
    assert (split.boxes, split.masks) == (9, 6)


def test_a_sixth_number_is_not_used_and_said(tmp_path):
    write_yolo(tmp_path, line=BOX + ' 0.93')
    folder = recognise(tmp_path, tmp_path / 'out')
    assert (folder.splits['train'].boxes, folder.splits['train'].masks) == (3, 0)
    assert (
        'boxes with a sixth number such as a confidence, which is not used: 6' in folder.summary()
    )


def test_one_name_for_two_numbers_is_one_class(tmp_path):
    write_yolo(tmp_path, line=f'{BOX}\n2 0.5 0.5 0.5 0.5')
    (tmp_path / 'classes.txt').write_text('cat\ndog\ndog\n')
    folder = recognise(tmp_path, tmp_path / 'out')
    assert folder.splits['train'].boxes_by_class == {'cat': 0, 'dog': 6}
    assert 'names that several numbers have, taken for one class: 1 (dog)' in folder.summary()


def test_the_label_of_an_image_called_as_a_split_is_no_list(tmp_path):
    write_yolo(tmp_path)
    write_image(tmp_path / 'train/images/test.jpg')
    (tmp_path / 'train/labels/test.txt').write_text(BOX)
    assert recognise(tmp_path, tmp_path / 'out').splits['train'].boxes == 4


def test_the_folder_is_walked_once(tmp_path, monkeypatch):
    write_yolo(tmp_path)
    walks = []
    walk = os.walk

    def counted(*args, **options):
        walks.append(args)
        return walk(*args, **options)

    monkeypatch.setattr('os.walk', counted)
    with each_folder_once():
        assert YOLO.is_like(tmp_path)
        assert YOLO.read(tmp_path, Findings())
    assert len(walks) == 1


def test_classes_without_names_are_called_by_their_numbers(tmp_path):
    folder = recognise(write_yolo(tmp_path), tmp_path / 'out')
    assert folder.classes == ('1',)
    assert 'classes without a name, called by their numbers: 1' in folder.summary()


def test_labels_that_are_not_used_are_named(tmp_path):
    write_yolo(tmp_path, splits=('train', 'val', 'extra'))
    (tmp_path / 'train/labels/lost.txt').write_text(BOX)
    (tmp_path / 'data.yaml').write_text(DESCRIPTIONS['list'])
    summary = recognise(tmp_path, tmp_path / 'out').summary()
    assert (
        'label files whose image is in no split, not used: 3 (extra/labels/extra_0.txt' in summary
    )
    assert 'label files without an image, not used: 1 (train/labels/lost.txt)' in summary


def test_a_split_that_is_not_where_it_is_said_to_be_is_named(tmp_path):
    write_yolo(tmp_path)
    (tmp_path / 'data.yaml').write_text(DESCRIPTIONS['list'] + '\ntest: test/images')
    summary = recognise(tmp_path, tmp_path / 'out').summary()
    assert 'by the names of folders: 1 (test: test/images)' in summary


@pytest.mark.parametrize(
    'line', ['cat 0.5 0.5 0.5 0.5', '0 0.5 0.5 0.5', '0 20 20 10 10', '0 nan 1 1 1', '-1 0 0 1 1']
)
def test_lines_that_are_no_labels_are_one_error(line, tmp_path):
    write_yolo(tmp_path)
    (tmp_path / 'train/labels/train_1.txt').write_text(f'{BOX}\n{line}')
    with pytest.raises(UserError, match=r'no labels of YOLO: 1 \(train/labels/train_1.txt:2: '):
        recognise(tmp_path, tmp_path / 'out')


def test_a_class_beyond_the_names_is_one_error(tmp_path):
    write_yolo(tmp_path, line='7 0.5 0.5 0.5 0.5')
    (tmp_path / 'data.yaml').write_text(DESCRIPTIONS['list'])
    with pytest.raises(UserError, match=r'classes without a name: 1 \(7\)\. Fix: name them'):
        recognise(tmp_path, tmp_path / 'out')


def test_a_broken_description_is_one_error(tmp_path):
    write_yolo(tmp_path)
    for text in ('train: [', 'names: x: y'):
        (tmp_path / 'data.yaml').write_text(text)
        with pytest.raises(UserError, match=r'data.yaml cannot be read as YAML'):
            recognise(tmp_path, tmp_path / 'out')


def test_text_beside_images_is_no_label(tmp_path):
    write_image(tmp_path / 'a.jpg')
    (tmp_path / 'a.txt').write_text('A photograph of my cat.')
    with pytest.raises(UserError, match='in a known layout'):
        recognise(tmp_path, tmp_path / 'out')
