"""What the labels in label maps mean: names of classes, and the ignored label."""

from pathlib import Path

import pytest
from folders import write_image
from mask_folders import write_mask, write_masked

from res2net_mm.data import recognise_masks
from res2net_mm.errors import UserError


def recognise(root: Path, **options):
    return recognise_masks(root, root / 'out', **options)


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
