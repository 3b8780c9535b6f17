"""Image files before they are decoded."""

import pytest
from folders import write_image
from PIL import Image

from res2net_mm.errors import UserError
from res2net_mm.formats.image_file import (
    IMAGE_SUFFIXES,
    LABEL_MAP_SUFFIXES,
    ORIENTATION,
    files_below,
    leads_out,
    missing_files,
    shown_size,
    size_text,
)


@pytest.mark.parametrize('turned', [1, 3, 5, 6, 8])
def test_the_size_is_that_of_the_shown_image(turned, tmp_path):
    exif = Image.Exif()
    exif[ORIENTATION] = turned
    Image.new('RGB', (80, 60)).save(tmp_path / 'a.jpg', exif=exif)
    assert shown_size(tmp_path / 'a.jpg') == ((80, 60) if turned >= 5 else (60, 80))
    assert size_text((60, 80)) == '80x60 px'


def test_what_is_no_image_is_named(tmp_path):
    (tmp_path / 'a.jpg').write_text('nothing')
    with pytest.raises(UserError, match=r'image .*a\.jpg cannot be read'):
        shown_size(tmp_path / 'a.jpg')


def test_files_below_have_a_known_suffix_and_are_not_hidden(tmp_path):
    for name in ('b/c.JPG', 'a.png', '._a.png', 'notes.txt'):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text('')
    assert list(files_below(tmp_path)) == ['a.png', 'b/c.JPG']
    assert list(files_below(tmp_path, LABEL_MAP_SUFFIXES)) == ['a.png']
    assert set(LABEL_MAP_SUFFIXES) < set(IMAGE_SUFFIXES)


@pytest.mark.parametrize(
    ('name', 'out'), [('a.jpg', False), ('a/b.jpg', False), ('../a', True), ('/a', True)]
)
def test_names_that_lead_out(name, out):
    assert leads_out(name) == out


def test_missing_files_are_told_in_order(tmp_path):
    write_image(tmp_path / 'x/a.jpg')
    names = ['x/c.jpg', 'x/a.jpg', 'b.jpg', 'y/d.jpg', 'x']
    assert missing_files(tmp_path, names) == ['b.jpg', 'x', 'x/c.jpg', 'y/d.jpg']
