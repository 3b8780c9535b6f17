"""Folders of classified images are read whole, listed as MMPretrain reads them, or refused."""

import pytest
from class_folders import write_classes, write_images, write_lines

from res2net_mm.data import recognise_classes
from res2net_mm.data.classification.class_folder import read_classes
from res2net_mm.errors import UserError
from res2net_mm.formats import Findings, describe


def listed(split):
    """Return path -> label as MMPretrain's CustomDataset takes a line apart."""
    lines = split.list_file.read_text(encoding='utf-8').splitlines()
    pairs = [line.strip().rsplit(' ', 1) for line in lines]
    return {str((split.files.image_dir / path).resolve()): int(label) for path, label in pairs}


def test_train_val_and_test(tmp_path):
    root = write_classes(tmp_path / 'pets', splits=('train', 'valid', 'test'))
    folder = recognise_classes(root, tmp_path / 'out')
    assert folder.classes == ('cat', 'dog')
    assert {name: len(split.files.images) for name, split in folder.splits.items()} == {
        'train': 10, 'val': 10, 'test': 10,
    }  # fmt: skip
    assert folder.found == (
        'pets: image folder, train 10 images, val 10, test 10, 2 classes (cat, dog; from the '
        'folders)'
    )
    labels = listed(folder.splits['train'])
    assert labels[str((root / 'train/dog/3.png').resolve())] == 1
    assert len(labels) == 10
    assert not folder.findings


def test_one_folder_is_split_within_each_class(tmp_path):
    root = write_classes(tmp_path / 'set', count=10, splits=())
    write_images(root / 'rare', 3)
    folder = recognise_classes(root, tmp_path / 'out')
    assert dict(folder.splits['train'].counts) == {'cat': 8, 'dog': 8, 'rare': 3}
    assert dict(folder.splits['val'].counts) == {'cat': 2, 'dog': 2, 'rare': 0}
    assert folder.splits['test'].files is folder.splits['val'].files
    said = folder.summary()
    assert 'every fifth of a class, because the folder has one split: 4' in said
    assert 'classes without an image in val, which get no score: 1 (rare)' in said


def test_names_with_blanks_at_their_ends_and_in_any_script(tmp_path):
    root = tmp_path / 'set'
    for name in (' cat', 'собака', '猫 咪'):
        write_images(root / name, 5, ' a b {}.png')
    folder = recognise_classes(root, tmp_path / 'out')
    paths = listed(folder.splits['train'])
    there = {str(file.resolve()) for file in root.rglob('*.png')}
    assert len(paths) == 12
    assert paths.keys() <= there


@pytest.mark.parametrize(
    ('spoil', 'message'),
    [
        (lambda root: write_images(root / 'val/owl', 2), r'has cat, dog\): 1 \(owl'),
        (lambda root: write_images(root / 'val/Cat', 2), r'Cat \(2 images; is it cat\?\)'),
        (lambda root: (root / 'train/cat/x.png').write_bytes(b''), 'cannot be read: 1 .x.png'),
        (lambda root: (root / 'train/cat/x.png').write_text('not an image'), 'cannot be read: 1'),
        (lambda root: (root / 'train/cat/x\n.png').write_bytes(
            (root / 'train/cat/0.png').read_bytes()), 'line break'),
    ],
)  # fmt: skip
def test_what_has_to_be_mended(spoil, message, tmp_path):
    root = write_classes(tmp_path / 'set')
    spoil(root)
    with pytest.raises(UserError, match=message):
        recognise_classes(root, tmp_path / 'out')


def test_one_class(tmp_path):
    write_images(tmp_path / 'set/cat')
    with pytest.raises(UserError, match='since all images are cat'):
        recognise_classes(tmp_path / 'set', tmp_path / 'out')


def test_no_classes(tmp_path):
    write_images(tmp_path / 'set')
    with pytest.raises(UserError, match='holds no image classes in a known layout'):
        recognise_classes(tmp_path / 'set', tmp_path / 'out')


def test_all_errors_are_collected_for_a_check(tmp_path):
    root = write_classes(tmp_path / 'set')
    write_images(root / 'val/owl', 2)
    (root / 'train/cat/x.png').write_bytes(b'')
    findings = Findings(stop=False)
    folder = read_classes(root, findings)
    assert folder is not None
    assert len([finding for finding in findings if finding.severity]) == 2
    assert 'owl (2 images)' in '\n'.join(describe(findings))


def test_classes_of_a_checkpoint(tmp_path):
    root = write_classes(tmp_path / 'set', splits=('test',))
    known = ('owl', 'dog', 'cat')
    folder = recognise_classes(root, tmp_path / 'out', training=False, known=known)
    assert folder.classes == known
    assert {*listed(folder.splits['test']).values()} == {1, 2}
    assert 'classes without an image in test, which get no score: 1 (owl)' in folder.summary()
    with pytest.raises(UserError, match=r'the checkpoint does not have .*cat \(5 images\)'):
        recognise_classes(root, tmp_path / 'out', training=False, known=('owl', 'dog'))


def test_classes_that_a_file_names_and_nobody_has(tmp_path):
    root = tmp_path / 'set'
    write_images(root / 'images', 10)
    write_lines(root / 'classes.txt', 'cat', 'dog', 'owl')
    write_lines(root / 'labels.csv', 'file,label', *(f'{i}.png,{i % 2}' for i in range(10)))
    folder = recognise_classes(root, tmp_path / 'out')
    assert folder.classes == ('cat', 'dog')
    assert 'classes that are named and have no image to train on, left out: 1 (owl)' in (
        folder.summary()
    )


def test_many_classes_make_a_short_table(tmp_path):
    names = [f'class {number:03d}' for number in range(100)]
    folder = recognise_classes(write_classes(tmp_path / 'set', names, 1), tmp_path / 'out')
    assert 'and 70 more' in folder.summary()
    assert len(folder.summary().splitlines()) == 34
    assert len(folder.table(1000)) == 102
