import pytest
from class_folders import content, problems, read, write_images, write_lines

from res2net_mm.errors import UserError


@pytest.fixture
def root(tmp_path):
    write_images(tmp_path / 'train', 3)
    write_images(tmp_path / 'val', 2, 'val_{}.JPEG')
    return tmp_path


def test_meta_lists_as_mmpretrain_has_them(root):
    write_lines(root / 'meta/train.txt', '0.png 0', '1.png 0', '2.png 1')
    write_lines(root / 'meta/val.txt', 'val_0.JPEG 1', 'val_1.JPEG 0')
    layout, splits, findings = read(root)
    assert layout == 'classlist'
    assert content(splits) == {
        'train': {'0': ['train/0.png', 'train/1.png'], '1': ['train/2.png']},
        'val': {'1': ['val/val_0.JPEG'], '0': ['val/val_1.JPEG']},
    }
    assert not problems(findings)


def test_a_class_file_names_the_numbers(root):
    write_lines(root / 'meta/train.txt', 'train/0.png 0', 'train/1.png 0', 'train/2.png 1')
    write_lines(root / 'meta/val.txt', 'val/val_0.JPEG 1', 'val/val_1.JPEG 0')
    write_lines(root / 'classes.txt', '猫', 'dog')
    splits = read(root)[1]
    assert splits['train'].classes == ('猫', 'dog')
    assert content(splits)['val'] == {'dog': ['val/val_0.JPEG'], '猫': ['val/val_1.JPEG']}


@pytest.mark.parametrize(
    'lines',
    [
        ['0.png cat', '1.png cat', '2.png big dog'],
        ['0.png\tcat', '1.png\tcat', '2.png\tbig dog\t1\t2'],
        ['0.png,cat', '1.png, cat', '2.png,big dog'],
        ['"0.png" cat', '"1.png" cat', '"2.png" "big dog"'],
        ['# image class', '0.png cat', '', '1.png cat', '2.png big dog'],
    ],
)
def test_ways_to_write_a_line(root, lines):
    write_lines(root / 'train.txt', *lines)
    splits = read(root, layout='classlist')[1]
    assert content(splits)['train'] == {
        'cat': ['train/0.png', 'train/1.png'], 'big dog': ['train/2.png'],
    }  # fmt: skip


def test_names_with_blanks(tmp_path):
    write_images(tmp_path / 'a b', 2, 'my cat {}.png')
    write_lines(tmp_path / 'all.txt', 'a b/my cat 0.png cat', 'a b/my cat 1.png dog')
    assert content(read(tmp_path)[1])['all'] == {
        'cat': ['a b/my cat 0.png'], 'dog': ['a b/my cat 1.png'],
    }  # fmt: skip


@pytest.mark.parametrize(
    ('line', 'message'), [('2.png 0 1 0', '3 numbers'), ('what is this', 'not an image and')]
)
def test_lines_that_cannot_be_read(root, line, message):
    write_lines(root / 'train.txt', '0.png 0', '1.png 1', line)
    with pytest.raises(UserError, match=message):
        read(root, stop=True, layout='classlist')


def test_lists_of_images_and_label_maps_give_no_classes(root):
    write_lines(root / 'train.txt', 'train/0.png masks/0.png', 'train/1.png masks/1.png')
    assert read(root)[0] != 'classlist'


def test_an_image_without_a_class_is_said(root):
    write_lines(root / 'train.txt', '0.png 0', '1.png 1', '2.png')
    assert any('without a class' in name for name in problems(read(root)[2]))
