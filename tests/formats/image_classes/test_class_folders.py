"""Splits and classes are told apart by names and content, whatever lies around them."""

import pytest
from class_folders import write_classes, write_images

from res2net_mm.formats.image_classes.class_folders import find_class_folders


def placed(root, *folders):
    for folder in folders:
        write_images(root / folder, 1)
    return {(image.split, image.label) for image in find_class_folders(root).placed}


@pytest.mark.parametrize(
    ('folders', 'expected'),
    [
        (['cat', 'dog'], {(None, 'cat'), (None, 'dog')}),
        (['train/cat', 'val/cat'], {('train', 'cat'), ('val', 'cat')}),
        (['Train/cat', 'Valid/cat', 'TEST/cat'], {(s, 'cat') for s in ('train', 'val', 'test')}),
        # Kaggle's folders within folders.
        ([f'data/{s}_set/{s}_set/{c}' for s in ('training', 'test') for c in ('cat', 'dog')],
         {(s, c) for s in ('train', 'test') for c in ('cat', 'dog')}),
        ([f'seg_{s}/seg_{s}/{c}' for s in ('train', 'test') for c in ('sea', 'ice')],
         {(s, c) for s in ('train', 'test') for c in ('sea', 'ice')}),
        # Vehicles: train is a class where no split holds folders.
        (['bus', 'car', 'train'], {(None, 'bus'), (None, 'car'), (None, 'train')}),
        (['animals/cat', 'animals/dog'], {(None, 'cat'), (None, 'dog')}),
        (['images/cat', 'images/dog'], {(None, 'cat'), (None, 'dog')}),
        # Tiny ImageNet: images/ is no class.
        (['train/n01/images', 'train/n02/images', 'val/images'],
         {('train', 'n01'), ('train', 'n02'), ('val', None)}),
        # ImageNet: val is flat.
        (['train/n01', 'train/n02', 'val'], {('train', 'n01'), ('train', 'n02'), ('val', None)}),
        (['train', 'val'], {('train', None), ('val', None)}),
        (['train2017', 'val2017'], {('train', None), ('val', None)}),
        (['train/cat', 'train/dog', 'extra/cat'],
         {('train', 'cat'), ('train', 'dog'), (None, 'cat')}),
        (['cat/train', 'cat/test', 'dog/train', 'dog/test'],
         {(s, c) for s in ('train', 'test') for c in ('cat', 'dog')}),
        # COCO 2017 with label maps.
        (['train2017', 'val2017', 'labels/train2017', 'labels/val2017'],
         {('train', None), ('val', None)}),
        (['only'], {(None, 'only')}),
        (['猫', 'собака'], {(None, '猫'), (None, 'собака')}),
        (['test tubes', 'train stations'], {(None, 'test tubes'), (None, 'train stations')}),
    ],
)  # fmt: skip
def test_splits_and_classes(folders, expected, tmp_path):
    assert placed(tmp_path, *folders) == expected


def test_nested_images_are_of_the_class(tmp_path):
    write_images(tmp_path / 'cat/indoors/2020', 1)
    write_images(tmp_path / 'dog', 1)
    found = {image.label: image.is_nested for image in find_class_folders(tmp_path).placed}
    assert found == {'cat': True, 'dog': False}


def test_both_forms_of_an_accent_are_one_class(tmp_path):
    assert placed(tmp_path, 'train/caf\u00e9', 'val/cafe\u0301', 'train/tea') == {
        ('train', 'caf\u00e9'), ('val', 'caf\u00e9'), ('train', 'tea'),
    }  # fmt: skip


def test_empty_class_folders(tmp_path):
    placed(tmp_path, 'train/cat', 'train/dog', 'val/cat', '__MACOSX/train/cat')
    (tmp_path / 'val/dog').mkdir()
    (tmp_path / 'val/.cache').mkdir()
    assert find_class_folders(tmp_path).empty() == ['val/dog']


def test_images_beside_label_maps_are_no_classes(tmp_path):
    placed(tmp_path, 'images', 'masks')
    assert find_class_folders(tmp_path).is_label_maps
    placed(tmp_path / 'other', 'cat', 'dog')
    assert not find_class_folders(tmp_path / 'other').is_label_maps


def test_a_folder_called_as_an_image_is_none(tmp_path):
    placed(tmp_path, 'cat.jpg', 'dog.jpg')
    assert {image.label for image in find_class_folders(tmp_path).placed} == {'cat.jpg', 'dog.jpg'}


def test_folders_of_splits_without_an_image(tmp_path):
    write_classes(tmp_path / 'archive', splits=('train',))
    (tmp_path / 'archive/val/cat').mkdir(parents=True)
    (tmp_path / 'archive/notes').mkdir()
    (tmp_path / 'test').mkdir()
    assert find_class_folders(tmp_path).empty_splits() == ['test', 'archive/val']


@pytest.mark.parametrize(
    ('folders', 'expected'),
    [
        (['a/x', 'a/y', 'b/z', 'b/w'], 4),
        (['a/x', 'a/y', 'b/x', 'b/y'], 0),  # sessions of each class
        (['a/x', 'a/y', 'b/z'], 0),
        (['a/x', 'a/y', 'b'], 0),
        (['a', 'b'], 0),
    ],
)
def test_folders_that_may_be_the_classes_that_are_meant(folders, expected, tmp_path):
    for folder in folders:
        write_images(tmp_path / folder, 1)
    assert len(find_class_folders(tmp_path).inner_classes()) == expected
