"""CSV files of image classes, with the headers that people give them."""

import pytest
from class_folders import content, problems, read, write_images, write_lines

from res2net_mm.errors import UserError

EXPECTED = {'all': {'cat': ['images/0.png', 'images/1.png'], 'dog': ['images/2.png']}}


@pytest.fixture
def root(tmp_path):
    write_images(tmp_path / 'images', 3)
    return tmp_path


@pytest.mark.parametrize(
    'lines',
    [
        ['filename,label', '0.png,cat', '1.png,cat', '2.png,dog'],
        ['file_name;class', '0.png;cat', '1.png;cat', '2.png;dog'],
        ['Image Path\tClass Name', '0.png\tcat', '1.png\tcat', '2.png\tdog'],
        ['id,breed', '0,cat', '1,cat', '2,dog'],
        ['id,melanoma', '0,cat', '1,cat', '2,dog'],
        ['image_id,label,label_name', '0,4,cat', '1,4,cat', '2,9,dog'],
        [',filename,label', '0,0.png,cat', '1,1.png,cat', '2,2.png,dog'],
        ['picture,animal', '/home/me/images/0.png,cat', 'C:\\images\\1.png,cat', '2.png,dog'],
        ['0.png,cat', '1.png,cat', '2.png,dog'],
        ['images/0.png,cat', 'images/1.png,cat', 'images/2.png,dog'],
        ['"filename","label"', '"0.png","cat"', '"1.png","cat"', '"2.png","dog"'],
        ['image,cat,dog', '0,1.0,0.0', '1,1.0,0.0', '2,0.0,1.0'],
        ['ImageId,PredictionString', '0,cat 1 2 3 4', '1,cat 5 6 7 8 cat 1 2 3 4', '2,dog 1 1 2 2'],
    ],
)  # fmt: skip
def test_headers(root, lines):
    write_lines(root / 'labels.csv', *lines)
    layout, splits, findings = read(root)
    assert layout == 'classcsv'
    assert content(splits) == EXPECTED
    assert not problems(findings)


def test_files_and_columns_name_splits(root):
    write_lines(root / 'train.csv', 'file,label', '0.png,cat', '1.png,cat')
    write_lines(root / 'val.csv', 'file,label', '2.png,dog')
    splits = read(root)[1]
    assert {split: len(part.images) for split, part in splits.items()} == {'train': 2, 'val': 1}
    (root / 'val.csv').unlink()
    write_lines(
        root / 'train.csv',
        'file,label,split',
        '0.png,cat,train',
        '1.png,cat,valid',
        '2.png,dog,Test',
    )
    splits = read(root)[1]
    assert {split: len(part.images) for split, part in splits.items()} == {
        'train': 1, 'val': 1, 'test': 1,
    }  # fmt: skip


def test_numbers_with_a_class_file(root):
    write_lines(root / 'labels.csv', 'file,label', '0.png,0', '1.png,0', '2.png,1.0')
    write_lines(root / 'classes.txt', 'cat', 'dog', 'owl')
    splits = read(root)[1]
    assert content(splits) == EXPECTED
    assert splits['all'].classes == ('cat', 'dog', 'owl')


@pytest.mark.parametrize(
    ('lines', 'problem'),
    [
        (['file,label', '0.png,cat', '1.png,', '2.png,dog'], 'named without a class'),
        (['file,label', '0.png,cat', '2.png,dog'], 'not listed with a class'),
        (['file,label', '0.png,cat', '1.png,cat', '2.png,dog', '9.png,dog'], 'named and not there'),
        (['file,label', '0.png,cat', '0.png,dog', '1.png,cat', '2.png,dog'], 'two classes'),
    ],
)
def test_what_is_left_out_is_said(root, lines, problem):
    write_lines(root / 'labels.csv', *lines)
    found = read(root, layout='classcsv')[2]
    assert any(problem in name for name in problems(found)), problems(found)


def test_an_image_of_several_classes(root):
    write_lines(root / 'labels.csv', 'image,cat,dog', '0,1,1', '1,1,0', '2,0,1')
    with pytest.raises(UserError, match=r'gives 0 2 classes \(cat, dog\)'):
        read(root, layout='classcsv', stop=True)


def test_boxes_and_samples_of_submissions_are_not_classes(root):
    write_lines(root / 'boxes.csv', 'filename,class,xmin,ymin,xmax,ymax', '0.png,cat,1,2,3,4')
    assert read(root)[0] is None or read(root)[0] == 'imagefolder'
    write_lines(root / 'labels.csv', 'id,label', '0,cat', '1,cat', '2,dog')
    write_lines(root / 'sample_submission.csv', 'id,label', '0,x', '1,x', '2,x')
    _, splits, findings = read(root)
    assert content(splits) == EXPECTED
    assert any('submissions' in finding.name for finding in findings)


def test_what_a_file_says_and_what_folders_are_called(tmp_path):
    write_images(tmp_path / 'cat', 4)
    write_images(tmp_path / 'dog', 4)
    rows = [f'{name}/{i}.png,{name}' for name in ('cat', 'dog') for i in range(4)]
    rows[3] = 'cat/3.png,dog'
    write_lines(tmp_path / 'labels.csv', 'file,label', *rows)
    layout, splits, findings = read(tmp_path)
    assert layout == 'classcsv'
    assert len(content(splits)['all']['dog']) == 5
    (said,) = (finding for finding in findings if finding.severity)
    assert 'another class than their row gives, which is taken: 1 (cat/3.png: dog)' in str(said)


@pytest.mark.parametrize('encoding', ['utf-16', 'latin-1'])
def test_a_file_that_is_not_utf_8_is_named(encoding, root):
    text = 'file,label\n0.png,caf\xe9\n1.png,tea\n2.png,tea\n'
    (root / 'labels.csv').write_bytes(text.encode(encoding))
    with pytest.raises(UserError, match=r'labels.csv is not text in UTF-8'):
        read(root, stop=True)


def test_comments_and_sizes_of_images_are_no_classes(tmp_path):
    for name in ('cat', 'dog'):
        write_images(tmp_path / name, 4)
    rows = [f'cat/{i}.png,the {i}th' for i in range(4)]
    write_lines(tmp_path / 'notes.csv', 'image,comment', *rows)
    rows = [f'cat/{i}.png,16,12' for i in range(4)]
    write_lines(tmp_path / 'meta.csv', 'file,width,height', *rows)
    layout, _, findings = read(tmp_path)
    assert layout == 'imagefolder'
    assert not problems(findings)
