"""Images found by the end of a path."""

import pytest

from res2net_mm.formats.image_index import ImageIndex


@pytest.fixture
def index(tmp_path):
    for name in ('train/1.jpg', 'val/1.jpg', 'deep/a/b/2.PNG', 'notes.txt'):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return ImageIndex(tmp_path)


@pytest.mark.parametrize(
    ('name', 'split', 'found'),
    [
        ('1.jpg', 'val', 'val/1.jpg'),
        ('1.jpg', 'train', 'train/1.jpg'),
        ('val/1.jpg', 'train', 'val/1.jpg'),
        ('D:\\x\\b\\2.png', None, 'deep/a/b/2.PNG'),
        ('../../2.png', None, 'deep/a/b/2.PNG'),
        ('notes.txt', None, None),
        ('3.jpg', None, None),
        ('', None, None),
        ('..', None, None),
    ],
)
def test_an_image_is_found_by_what_its_name_ends_with(index, name, split, found):
    assert index.find(name, split) == found


def test_several_are_found_at_once(index):
    assert index.find_all(['2.png', '3.jpg']) == {'2.png': 'deep/a/b/2.PNG'}
