"""The splits of a folder in VOC layout, by lists and by folders; what is not used is named."""

import pytest
from voc_tree import read, write_tree

# Files, lists by their stems; the images of each split; what is said.
SPLITS = {
    'no split': ('a.xml a.jpg', {}, {'all': ['a.jpg']}, []),
    'folders of LabelImg or Roboflow': (
        'train/{a,b}.xml train/{a,b}.jpg valid/c.xml valid/c.jpg test/d.xml test/d.jpg',
        {},
        {
            'train': ['train/a.jpg', 'train/b.jpg'],
            'val': ['valid/c.jpg'],
            'test': ['test/d.jpg'],
        },
        [],
    ),
    'a VOC tree in each': (
        '{Train,Val}/Annotations/a.xml {Train,Val}/JPEGImages/a.jpg',
        {},
        {'train': ['Train/JPEGImages/a.jpg'], 'val': ['Val/JPEGImages/a.jpg']},
        [],
    ),
    'deeper, as Kaggle unpacks': (
        'set/train_zip/train/a.xml set/train_zip/train/a.jpg set/test_zip/test/b.xml '
        'set/test_zip/test/b.jpg',
        {},
        {'train': ['set/train_zip/train/a.jpg'], 'test': ['set/test_zip/test/b.jpg']},
        [],
    ),
    'words in folders (SSDD)': (
        'Annotations_{train/a,test/b}.xml JPEGImages_{train/a,test/b}.jpg',
        {},
        {'train': ['JPEGImages_train/a.jpg'], 'test': ['JPEGImages_test/b.jpg']},
        [],
    ),
    'folders of images only (DIOR)': (
        'Annotations/{a,b}.xml JPEGImages-trainval/a.jpg JPEGImages-test/b.jpg',
        {},
        {'trainval': ['JPEGImages-trainval/a.jpg'], 'test': ['JPEGImages-test/b.jpg']},
        [],
    ),
    'split, then place (RDD)': (
        'train/{Czech/annotations/xmls/a,India/annotations/xmls/b}.xml '
        'train/{Czech/images/a,India/images/b}.jpg',
        {},
        {'train': ['train/Czech/images/a.jpg', 'train/India/images/b.jpg']},
        ['NOTE folders in VOC layout, read as one: 2'],
    ),
    'only a test split': ('test/a.xml test/a.jpg', {}, {'test': ['test/a.jpg']}, []),
    'lists': (
        'Annotations/{a,b,c}.xml images/{a,b,c}.jpg',
        {'ImageSets/Main/Train': 'b a', 'ImageSets/Main/Validation': 'c'},
        {'train': ['images/b.jpg', 'images/a.jpg'], 'val': ['images/c.jpg']},
        [],
    ),
    'lists of one class': (
        'Annotations/{a,b,c}.xml images/{a,b,c}.jpg',
        {
            'ImageSets/Main/car_train': 'a b',
            'ImageSets/Main/cat_train': 'b',
            'ImageSets/Main/car_val': 'c',
        },
        {'train': ['images/a.jpg', 'images/b.jpg'], 'val': ['images/c.jpg']},
        [],
    ),
    'a list of all (CVAT)': (
        'Annotations/{a,b}.xml images/{a,b}.jpg',
        {'ImageSets/Main/default': 'a b', 'ImageSets/Main/car_default': 'a'},
        {'all': ['images/a.jpg', 'images/b.jpg']},
        [],
    ),
    'a list of some': (
        'Annotations/{a,b}.xml images/{a,b}.jpg',
        {'ImageSets/Default/default': 'a'},
        {'all': ['images/a.jpg']},
        ['PROBLEM XML files that no list names, not used: 1'],
    ),
    'XML files in no list': (
        'Annotations/{a,b,c,d}.xml images/{a,b,c}.jpg',
        {'ImageSets/Main/train': 'a', 'ImageSets/Main/test': 'b'},
        {'train': ['images/a.jpg'], 'test': ['images/b.jpg']},
        ['PROBLEM XML files that no list names, not used: 2'],
    ),
    'lists of a set and of the folder around it': (
        'x/Annotations/{a,b,c}.xml x/images/{a,b,c}.jpg',
        {'train': 'a c', 'x/ImageSets/Main/val': 'b'},
        {'val': ['x/images/b.jpg'], 'train': ['x/images/a.jpg', 'x/images/c.jpg']},
        [],
    ),
    'lists, but none to train on': (
        'Annotations/{a,b,c}.xml images/{a,b,c}.jpg',
        {'ImageSets/Main/test': 'b'},
        {'test': ['images/b.jpg'], 'all': ['images/a.jpg', 'images/c.jpg']},
        ['NOTE XML files that no list names, to train on, as the lists are not for training: 2'],
    ),
    'lists and folders': (
        'train/{a,b}.xml train/{a,b}.jpg test/c.xml test/c.jpg',
        {'train': 'a'},
        {'train': ['train/a.jpg'], 'test': ['test/c.jpg']},
        ['PROBLEM XML files that no list names, not used: 1'],
    ),
    'a folder called test is not trained on': (
        'test/Annotations/a.xml test/JPEGImages/a.jpg b.xml b.jpg',
        {'test/ImageSets/Main/train': 'a'},
        {'test': ['test/JPEGImages/a.jpg'], 'all': ['b.jpg']},
        [],
    ),
    'loose files beside splits': (
        'train/a.xml train/a.jpg valid/b.xml valid/b.jpg c.xml c.jpg',
        {},
        {'train': ['train/a.jpg'], 'val': ['valid/b.jpg']},
        ['PROBLEM XML files of no split, not used beside the splits that are named: 1'],
    ),
    'loose files, and splits not to train on': (
        'valid/b.xml valid/b.jpg c.xml c.jpg',
        {},
        {'val': ['valid/b.jpg'], 'all': ['c.jpg']},
        [],
    ),
    'trainval of more than train and val': (
        'Annotations/{a,b,c,d}.xml images/{a,b,c,d}.jpg',
        {'train': 'a', 'val': 'b', 'trainval': 'a b c', 'test': 'd'},
        {
            'train': ['images/a.jpg'],
            'val': ['images/b.jpg'],
            'trainval': ['images/a.jpg', 'images/b.jpg', 'images/c.jpg'],
            'test': ['images/d.jpg'],
        },
        ['PROBLEM XML files of trainval that are neither in train nor in val, not used: 1'],
    ),
}


@pytest.mark.parametrize('wrapped', ['', 'archive/VOCdevkit'])
@pytest.mark.parametrize('layout', SPLITS)
def test_splits(layout, wrapped, tmp_path):
    files, lists, splits, said = SPLITS[layout]
    home = tmp_path / wrapped
    write_tree(home, files, **{name.replace('/', '__'): lines for name, lines in lists.items()})
    found, findings = read(tmp_path)
    start = f'{wrapped}/' if wrapped else ''
    wanted = {split: [start + image for image in images] for split, images in splits.items()}
    assert (found, findings) == (wanted, said)


def write_years(root, **more):
    for home, stems in {
        'VOCdevkit/VOC2007': 'a,b,c,d',
        'VOCdevkit/VOC2012': 'e,f,g',
    }.items():
        write_tree(
            root,
            f'{home}/Annotations/{{{stems}}}.xml {home}/JPEGImages/{{{stems}}}.jpg',
        )
    lists = {
        '2007/ImageSets/Main/train': 'a',
        '2007/ImageSets/Main/val': 'b',
        '2007/ImageSets/Main/trainval': 'a b',
        '2012/ImageSets/Main/train': 'e',
        '2012/ImageSets/Main/val': 'f',
        '2012/ImageSets/Main/trainval': 'e f',
        '2012/ImageSets/Segmentation/train': 'g',
        **more,
    }
    named = {f'VOCdevkit/VOC{name}'.replace('/', '__'): lines for name, lines in lists.items()}
    return write_tree(root, **named)


def names(splits):
    return {s: ''.join(image[-5] for image in images) for s, images in splits.items()}


def test_years_of_voc_with_a_test_split(tmp_path):
    """As the paper on Faster R-CNN does: 07+12 trainval to train on, 07 test to test on."""
    found, said = read(write_years(tmp_path, **{'2007/ImageSets/Main/test': 'c d'}))
    assert names(found) == {'trainval': 'abef', 'test': 'cd'}
    assert found['test'][0] == 'VOCdevkit/VOC2007/JPEGImages/c.jpg'
    assert said == [
        'NOTE folders in VOC layout, read as one: 2',
        'NOTE years of VOC joined: train and val of all to train on, test to test on: 2',
        'PROBLEM XML files that no list names, not used: 1',
    ]


def test_years_of_voc_without_a_test_split(tmp_path):
    found, said = read(write_years(tmp_path))
    assert names(found) == {'train': 'ae', 'val': 'bf', 'trainval': 'abef'}
    assert said == [
        'NOTE folders in VOC layout, read as one: 2',
        'PROBLEM XML files that no list names, not used: 3',
    ]
