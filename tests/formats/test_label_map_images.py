"""Images are found for label maps that are called like them in one of three ways."""

import pytest

from res2net_mm.errors import UserError
from res2net_mm.formats.label_map_images import find_images


@pytest.mark.parametrize(
    ('names', 'images'),
    [
        (['x/a.png', 'b.png'], ['x/a.jpg', 'b.png']),
        (['/set/images/a.jpg', '/set/images/b.jpg'], ['a.jpg', 'b.jpg']),
        (['a_gtFine.png', 'b_gtFine.png'], ['a_leftImg8bit.png', 'b_leftImg8bit.png']),
    ],
)
def test_they_are_matched_by_name(tmp_path, names, images):
    for name in images:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b'')
    assert find_images(names, tmp_path) == [tmp_path / name for name in images]


def test_one_may_be_missing_but_not_all(tmp_path):
    (tmp_path / 'a.jpg').write_bytes(b'')
    assert find_images(['a.png', 'z.png'], tmp_path) == [tmp_path / 'a.jpg', None]
    with pytest.raises(UserError, match=r'none of the 1 images in .*a\.jpg.* has the name of a la'):
        find_images(['y.png', 'z.png'], tmp_path)
