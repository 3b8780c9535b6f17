"""What names of folders and files say: images, label maps, splits."""

import pytest
from folders import write_image
from mask_folders import write_mask

from res2net_mm.formats.label_maps.tree import (
    IMAGE,
    MAP,
    OTHER,
    Place,
    core,
    may_hold_label_maps,
    place_of,
    read_tree,
)


@pytest.mark.parametrize(
    ('below', 'role', 'split', 'rest', 'kind'),
    [
        ('', None, None, '', ''),
        ('images/train', IMAGE, 'train', '', 'images'),
        ('train/Masks', MAP, 'train', '', 'masks'),
        ('train_labels', MAP, 'train', '', 'labels'),
        ('valannot', MAP, 'val', '', 'annot'),
        ('JPEGImages', IMAGE, None, '', 'jpeg_images'),
        ('VOC2012/SegmentationClass', MAP, None, 'VOC2012', 'segmentation_class'),
        ('SegmentationObject', OTHER, None, '', 'segmentation_object'),
        ('SegmentationClassVisualization', OTHER, None, '', 'segmentation_class_visualization'),
        ('leftImg8bit/train/ulm', IMAGE, 'train', 'ulm', 'left_img_bit'),
        ('gtFine/train/ulm', MAP, 'train', 'ulm', 'gt_fine'),
        ('annotations/validation', MAP, 'val', '', 'annotations'),
        ('images_prepped_train', IMAGE, 'train', '', 'images_prepped'),
        ('ground_truth', MAP, None, '', 'ground_truth'),
        ('masks/images/test', IMAGE, 'test', '', 'images'),
        ('RGB_color_image_masks', MAP, None, '', 'rgb_color_image_masks'),
        ('data/photos2', IMAGE, None, 'data', 'photos'),
        ('bonn/2017', None, None, 'bonn/2017', ''),
    ],
)
def test_folders(below, role, split, rest, kind):
    assert place_of(below) == Place(role, split, rest, kind)


@pytest.mark.parametrize(
    ('stem', 'expected'),
    [
        ('a', 'a'),
        ('a_mask', 'a'),
        ('mask_007', '007'),
        ('0001tp_006690_l', '0001tp_006690'),
        ('ulm_000001_000019_gtfine_labeltrainids', 'ulm_000001_000019'),
        ('ulm_000001_000019_leftImg8bit', 'ulm_000001_000019'),
        ('100_sat', '100'),
        ('mask', ''),
        ('label_img', ''),
        ('unmasked', 'unmasked'),
    ],
)
def test_ends_of_names(stem, expected):
    assert core(stem) == expected


def test_files(tmp_path):
    for name in ('train/a.jpg', 'train/b.JPG', 'masks/c.jpg', 'images/d_color.png', '.x/e.png'):
        write_image(tmp_path / name)
    for name in ('train/a_mask.png', 'train/z_mask.png', 'masks/c.PNG', 'gt/d_color.png'):
        write_mask(tmp_path / name, (0, 1))
    (tmp_path / 'train.txt').write_text('a')
    (tmp_path / 'notes.txt').write_text('a')
    tree = read_tree(tmp_path)
    assert [file.name for file in tree.images] == ['d_color.png', 'a.jpg', 'b.JPG', 'z_mask.png']
    assert [file.name for file in tree.maps] == ['c.PNG', 'a_mask.png']
    assert [file.name for file in tree.jpeg_maps] == ['c.jpg']
    assert [file.name for file in tree.others] == ['d_color.png']
    assert tree.lists == [tmp_path / 'train.txt']
    only = read_tree(tmp_path, [(tmp_path / 'train', Place(MAP, 'val', ''))])
    assert {file.place.split for file in only.maps} == {'val'}
    assert only.images == []


@pytest.mark.parametrize(
    ('names', 'images', 'maps', 'others'),
    [
        ('a.jpg a.png b.jpg b.png c.jpg', 'a.jpg b.jpg c.jpg', 'a.png b.png', ''),
        ('a.jpg a.png b.jpg', 'a.jpg a.png b.jpg', '', ''),
        (
            'b.png b_mask.png b_mask_1.png c_mask_1.png',
            'b.png c_mask_1.png',
            'b_mask.png b_mask_1.png',
            '',
        ),
        ('x/img.png x/label.png x/label_viz.png', 'img.png', 'label.png', 'label_viz.png'),
        ('gt/a.png gt/a_color.png', '', 'a.png', 'a_color.png'),
    ],
)
def test_files_of_one_folder(names, images, maps, others, tmp_path):
    for name in names.split():
        write_image(tmp_path / name)
    tree = read_tree(tmp_path)
    found = [[file.name for file in files] for files in (tree.images, tree.maps, tree.others)]
    assert found == [images.split(), maps.split(), others.split()]


def test_pictures_beside_boxes_are_no_label_maps(tmp_path):
    write_image(tmp_path / 'labels/a.jpg')
    (tmp_path / 'labels/a.txt').write_text('0 0.5 0.5 1 1')
    tree = read_tree(tmp_path)
    assert (tree.jpeg_maps, tree.maps, tree.images) == ([], [], [])


def test_links_in_a_circle_end(tmp_path):
    write_mask(tmp_path / 'masks/a.png', (0, 1))
    (tmp_path / 'masks/again').symlink_to(tmp_path)
    assert [file.name for file in read_tree(tmp_path).maps] == ['a.png']


@pytest.mark.parametrize(
    ('name', 'may'),
    [
        ('masks/a.png', True),
        ('data/SegmentationClass/a.png', True),
        ('train/a_mask.png', True),
        ('images/a.png', False),
        ('SegmentationObject/a.png', False),
        ('labels/a.jpg', False),
    ],
)
def test_a_quick_look(name, may, tmp_path):
    write_image(tmp_path / name)
    assert may_hold_label_maps(tmp_path) == may
