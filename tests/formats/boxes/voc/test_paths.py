import pytest

from res2net_mm.formats.boxes.voc.paths import (
    FolderSplits,
    alike,
    folder_of,
    folder_parts,
    is_below,
    stem_of,
)


@pytest.mark.parametrize(
    ('path', 'stem'),
    [
        ('x/A.jpg', 'a'),
        ('a.JPG.xml', 'a'),
        ('x.y/b.c', 'b.c'),
        ('.xml', '.xml'),
        ('a b.Tiff', 'a b'),
    ],
)
def test_stems(path, stem):
    assert stem_of(path) == stem


def test_a_stem_keeps_its_case_where_asked():
    assert stem_of('x/A.jpg', case=True) == 'A'


def test_folders():
    assert [folder_of(path) for path in ('a', 'x/a', 'x/y/a')] == ['', 'x', 'x/y']
    assert [folder_parts(folder) for folder in ('', 'x/y')] == [(), ('x', 'y')]
    assert [is_below('x/a', folder) for folder in ('', 'x', 'x/a', 'y')] == [
        True,
        True,
        False,
        False,
    ]
    assert alike(('A', 'b', 'c'), ('a', 'B', 'd')) == 2


@pytest.mark.parametrize(
    ('files', 'splits'),
    [
        (['train/a', 'Valid/a', 'a'], ['train', 'val', None]),
        (['test/train/a', 'x/test2007/y/a'], ['train', 'test']),
        (['Test project/Train images/a', 'Test project/x/a'], ['train', None]),
        (['Test project/a'], [None]),
        (['test/a'], ['test']),
        ([], []),
    ],
)
def test_splits_by_the_nearest_folder_and_by_words_that_tell_apart(files, splits):
    found = FolderSplits(files)
    assert [found.of(file) for file in files] == splits
