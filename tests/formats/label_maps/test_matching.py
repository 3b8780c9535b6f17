"""Images and label maps that belong together."""

import os

import pytest

from res2net_mm.formats.label_maps.matching import match
from res2net_mm.formats.label_maps.tree import TreeFile, place_of


def files(names):
    return [
        TreeFile(os.path.dirname(n), os.path.basename(n), place_of(os.path.dirname(n)))
        for n in names
    ]


@pytest.mark.parametrize(
    ('images', 'maps', 'pairs'),
    [
        ('images/1.jpg images/10.jpg', 'masks/1.png masks/10.png', '1.jpg:1.png 10.jpg:10.png'),
        ('train/images/a.jpg', 'train/masks/a.png', 'a.jpg:a.png'),
        ('images/train/a.jpg images/val/a.png', 'gt/val/a.png', 'a.png:a.png'),
        ('images/train/a.jpg images/val/b.jpg', 'gt/a.png gt/b.png', 'a.jpg:a.png b.jpg:b.png'),
        ('images/a.jpg', 'masks/val/a.png', 'a.jpg:a.png'),
        ('images/train/a.jpg', 'masks/val/a.png', ''),
        ('images/x/a.jpg images/y/a.jpg', 'masks/x/a.png masks/y/a.png', 'a.jpg:a.png a.jpg:a.png'),
        ('images/x/a.jpg images/y/a.jpg', 'masks/a.png', ''),
        ('images/img_1.jpg images/img_2.jpg', 'masks/mask_2.png', 'img_2.jpg:mask_2.png'),
        ('t/5_sat.jpg', 't/5_mask.png', '5_sat.jpg:5_mask.png'),
        ('images/IMG_1.JPG', 'masks/img_1.PNG', 'IMG_1.JPG:img_1.PNG'),
        ('images/a.jpg images/a_x.jpg', 'masks/a_x_7.png masks/ab.png', 'a_x.jpg:a_x_7.png'),
        ('images/a.jpg', 'labels/a.png masks/a.png', 'a.jpg:a.png'),
        ('leftImg8bit/u/a_leftImg8bit.png', 'gtFine/u/a_gtFine_labelIds.png '
         'gtFine/u/a_gtFine_labelTrainIds.png', 'a_leftImg8bit.png:a_gtFine_labelTrainIds.png'),
        ('images/a.jpg', 'masks/a.npy masks/a.png', 'a.jpg:a.png'),
        ('images/a.jpg', 'masks/a.jpg.png', 'a.jpg:a.jpg.png'),
        ('1/img.png 2/img.png', '1/label.png 2/label.png', 'img.png:label.png img.png:label.png'),
        ('images/a.jpg', 'color_labels/a.png labels/a.png', 'a.jpg:a.png'),
        ('images/a.jpg images/b.jpg', 'gt/a.png gt/b_mask.png', 'a.jpg:a.png b.jpg:b_mask.png'),
    ],
)  # fmt: skip
def test_pairs(images, maps, pairs):
    found = match(files(images.split()), files(maps.split()))
    assert sorted(f'{i.name}:{m.name}' for i, m in found.label_maps.items()) == pairs.split()
    unused = sum(map(len, found.unused.values())) + len(found.alone)
    assert unused == len(maps.split()) - len(pairs.split())


def test_the_kind_of_most_is_taken_and_the_others_are_named():
    images = files(['images/a.jpg', 'images/b.jpg'])
    maps = files(['labels/a.png', 'masks/a.png', 'masks/b.png', 'masks/a.bmp', 'masks/c.png'])
    found = match(images, maps)
    assert {m.folder for m in found.label_maps.values()} == {'masks'}
    names = {kind: [file.path for file in files] for kind, files in found.unused.items()}
    assert names == {'of the same name': ['masks/a.bmp'], 'labels/*': ['labels/a.png']}
    assert [file.name for file in found.alone] == ['c.png']


def test_what_one_split_passes_over_is_no_label_in_another():
    images = files(['training/images/21_training.tif', 'test/images/01_test.tif'])
    drawn = files(['training/1st_manual/21_manual1.gif', 'training/mask/21_training_mask.gif'])
    view = files(['test/mask/01_test_mask.gif'])
    found = match(images, drawn + view)
    assert found.label_maps == {images[0]: drawn[0]}
    unused = [file for kind in found.unused.values() for file in kind]
    assert unused == [drawn[1], *view]
    of_test = files(['test/1st_manual/01_manual1.gif'])
    assert match(images, drawn + view + of_test).label_maps == {
        images[0]: drawn[0],
        images[1]: of_test[0],
    }


def test_kinds_of_ids_are_not_mixed():
    images = files([f'leftImg8bit/{n}_leftImg8bit.png' for n in 'abc'])
    maps = [f'gtFine/{n}_gtFine_labelIds.png' for n in 'abc']
    found = match(images, files([*maps, 'gtFine/a_gtFine_labelTrainIds.png']))
    assert {m.name.rpartition('_')[2] for m in found.label_maps.values()} == {'labelIds.png'}
    assert len(found.label_maps) == 3


def test_fine_label_maps_are_taken_before_coarse_ones():
    images = files([f'leftImg8bit/{n}_leftImg8bit.png' for n in 'ab'])
    maps = ['gtCoarse/a_gtCoarse_labelIds.png', 'gtCoarse/b_gtCoarse_labelIds.png']
    found = match(images, files([*maps, 'gtFine/a_gtFine_labelIds.png']))
    assert [m.folder for m in found.label_maps.values()] == ['gtFine']
    assert [file.path for file in found.unused['gt_coarse/*_gtcoarse_labelids']] == maps
