"""Folders of label masks: which layouts, classes and ignored labels are recognised, what is not."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from folders import write_image
from mask_folders import write_mask, write_masked, write_pairs, write_voc_masks

from res2net_mm.data import draw_demo_set, recognise_masks
from res2net_mm.errors import UserError


def recognise(root: Path, **options):
    return recognise_masks(root, root / 'out', **options)


def counts(folder) -> dict[str, int]:
    return {name: len(split.files.names) for name, split in folder.splits.items()}


def test_the_demo_set_names_its_classes(tmp_path):
    folder = recognise(draw_demo_set(tmp_path / 'set', train_images=2, val_images=1))
    names = ('background', 'disc', 'square', 'triangle', 'star', 'ring')
    assert (folder.labels.classes, folder.labels.ignore_index) == (names, 255)
    assert counts(folder) == {'train': 2, 'val': 1, 'test': 1}
    split = folder.splits['train']
    assert split.pixels.sum() + split.ignored == 2 * 320 * 320
    assert 'background' in folder.summary()


@pytest.mark.parametrize(
    ('images', 'masks'),
    [
        ('images/{}', 'annotations/{}'),
        ('img_dir/{}', 'ann_dir/{}'),
        ('{}/images', '{}/masks'),
        ('{}2017', 'labels/{}2017'),
        ('{}', '{}annot'),
    ],
)
def test_layouts_with_splits(images, masks, tmp_path):
    for split in ('train', 'val'):
        write_pairs(tmp_path / images.format(split), tmp_path / masks.format(split))
    folder = recognise(tmp_path)
    assert counts(folder) == {'train': 5, 'val': 5, 'test': 5}
    assert folder.labels.classes == ('class_0', 'class_1', 'class_2')
    listed = folder.splits['val'].list_file.read_text().split()
    assert listed == list(folder.splits['val'].files.names)
    assert folder.splits['val'].files.image(listed[0]).is_file()
    assert folder.splits['val'].files.label_map(listed[0]).is_file()


def test_a_fifth_is_held_out_where_there_is_one_split_and_masks_may_have_an_ending(tmp_path):
    for i in range(10):
        write_image(tmp_path / f'images/{i}.jpg')
        write_mask(tmp_path / f'masks/{i}_mask.png', (0, 1))
    folder = recognise(tmp_path)
    assert counts(folder) == {'train': 8, 'val': 2, 'test': 2}
    assert folder.splits['train'].files.map_suffix == '_mask.png'
    assert 'held out' in str(folder.findings[0])


def test_voc_has_its_names_and_is_found_below(tmp_path):
    write_voc_masks(tmp_path / 'VOCdevkit/VOC2012')
    folder = recognise(tmp_path)
    assert len(folder.labels.classes) == 21
    assert folder.labels.classes[15] == 'person'
    assert folder.labels.ignore_index == 255
    assert counts(folder) == {'train': 3, 'val': 2, 'test': 2}
    assert folder.splits['train'].ignored == 3 * 60 * 20
    assert any('without an image and a label map' in str(finding) for finding in folder.findings)


def test_camvid_is_known_by_the_names_of_its_frames(tmp_path):
    for split in ('train', 'val'):
        for name in ('0001TP_006690', 'Seq05VD_f00030'):
            write_image(tmp_path / f'images/{split}/{name}.png')
            write_mask(tmp_path / f'annotations/{split}/{name}.png', range(12))
    folder = recognise(tmp_path)
    assert (len(folder.labels.classes), folder.labels.ignore_index) == (11, 11)
    assert 'CamVid' in folder.summary()


@pytest.mark.parametrize(
    ('labels', 'names', 'options', 'classes', 'ignored', 'first'),
    [
        ((0, 1, 255), 'a\nb\n', {}, 'a b', 255, 0),
        ((0, 1, 7), 'a\nb\n', {}, 'a b', 7, 0),
        ((0, 1), '0: a\n1: b\n2: c\n', {}, 'a b c', 255, 0),
        ((0, 1, 2), '0 0 0\ta\n9 8 7\tb\n1 1 1\tvoid\n', {}, 'a b', 2, 0),
        ((0, 1, 2, 255), 'unlabeled\na\nb\n', {}, 'a b', 0, 1),
        ((0, 1, 2), None, dict(ignore_index=2), 'class_0 class_1', 2, 0),
        ((0, 1, 2), None, dict(ignore_index=0), 'class_1 class_2', 0, 1),
        ((0, 1, 2), None, dict(classes=['x', 'y'], ignore_index=2), 'x y', 2, 0),
        ((0, 1, 2), 'a\nb\nc\n', dict(classes=['x', 'y', 'z']), 'x y z', 255, 0),
    ],
)
def test_classes_and_the_ignored_label(labels, names, options, classes, ignored, first, tmp_path):
    found = recognise(write_masked(tmp_path, labels, names=names), **options).labels
    assert found.classes == tuple(classes.split())
    assert (found.ignore_index, found.first) == (ignored, first)


def test_what_cannot_be_known_is_said(tmp_path):
    said = recognise(write_masked(tmp_path, (0, 1, 2))).summary()
    assert 'ignore_index=2 if it means unlabelled' in said


@pytest.mark.parametrize(
    ('labels', 'names', 'options', 'reason'),
    [
        ((0, 1, 7, 9), 'a\nb\n', {}, r'none of the 2 classes .*: 2 \(label 7 in 10 label maps'),
        ((0, 255), None, {}, 'one class .* not 255'),
        ((0, 128), None, {}, 'hold only the labels 0, 128: number the classes'),
        ((0, 1), 'a\na\n', {}, "names the class 'a' twice"),
        ((0, 1), '\n', {}, 'is empty'),
        ((0, 1, 2), 'a\nb\nc\n', dict(ignore_index=1), "is the class 'b'"),
        ((0, 1), None, dict(ignore_index=300), '0 to 255'),
        ((0, 1, 300), None, {}, 'holds the label 300'),
    ],
)
def test_labels_that_make_no_sense_are_refused(labels, names, options, reason, tmp_path):
    write_masked(tmp_path, labels, names=names)
    with pytest.raises(UserError, match=reason):
        recognise(tmp_path, **options)
    assert not (tmp_path / 'out').exists()


def test_masks_of_another_size_are_refused(tmp_path):
    write_masked(tmp_path)
    write_mask(tmp_path / 'annotations/val/val_3.png', (0, 1), height=30)
    with pytest.raises(
        UserError, match=r'as large as their images: 1 \(val_3\.png has 80x30 px, its image 80x6'
    ):
        recognise(tmp_path)


@pytest.mark.parametrize(
    ('content', 'reason'),
    [
        (np.zeros((60, 80, 3), np.uint8), 'holds colours'),
        (None, 'cannot be read'),
    ],
)
def test_masks_that_are_no_labels_are_refused(content, reason, tmp_path):
    file = write_masked(tmp_path) / 'annotations/train/train_0.png'
    if content is None:
        file.write_bytes(b'nothing')
    else:
        cv2.imwrite(str(file), content)
    with pytest.raises(UserError, match=rf'train_0\.png.*{reason}'):
        recognise(tmp_path)


def test_images_without_a_mask_are_left_out(tmp_path):
    write_masked(tmp_path)
    (tmp_path / 'annotations/train/train_0.png').unlink()
    folder = recognise(tmp_path)
    assert counts(folder)['train'] == 4
    (finding,) = folder.findings
    assert (finding.count, finding.examples) == (1, ('train_0.jpg',))


def test_a_folder_without_masks_is_refused(tmp_path):
    write_image(tmp_path / 'images/train/a.jpg')
    with pytest.raises(UserError, match=r'holds no label maps .* In it: images/'):
        recognise(tmp_path)
    write_image(tmp_path / 'annotations/train/b.png')
    with pytest.raises(UserError, match=r'no label map in .* has the name of an image'):
        recognise(tmp_path)
