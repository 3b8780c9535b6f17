"""Image files before they are decoded."""

import cv2
import mmcv
import numpy as np
import pytest
from folders import write_image
from PIL import Image

from res2net_mm.errors import UserError
from res2net_mm.formats.image_file import (
    IMAGE_SUFFIXES,
    LABEL_MAP_SUFFIXES,
    OPENCV_ALONE,
    ORIENTATION,
    Header,
    each_folder_once,
    files_below,
    leads_out,
    missing_files,
    paths_below,
    read_header,
    read_headers,
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
    for name in ('b/c.JPG', 'a.png', '._a.png', '.git/d.png', 'notes.txt'):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text('')
    assert list(files_below(tmp_path)) == ['a.png', 'b/c.JPG']
    assert list(files_below(tmp_path, LABEL_MAP_SUFFIXES)) == ['a.png']
    assert set(LABEL_MAP_SUFFIXES) - set(IMAGE_SUFFIXES) == {'.gif', '.npy'}


def test_folders_are_listed_once_in_a_block_and_links_followed_once(tmp_path):
    (tmp_path / 'b').mkdir()
    (tmp_path / 'b/up').symlink_to(tmp_path)
    write_image(tmp_path / 'b/a.jpg')
    with each_folder_once():
        assert paths_below(tmp_path) == ['b', 'b/a.jpg', 'b/up']
        write_image(tmp_path / 'c.jpg')
        assert list(files_below(tmp_path)) == ['b/a.jpg']
    assert list(files_below(tmp_path)) == ['b/a.jpg', 'c.jpg']


@pytest.mark.parametrize(
    ('name', 'out'), [('a.jpg', False), ('a/b.jpg', False), ('../a', True), ('/a', True)]
)
def test_names_that_lead_out(name, out):
    assert leads_out(name) == out


def test_missing_files_are_told_in_order(tmp_path):
    write_image(tmp_path / 'x/a.jpg')
    names = ['x/c.jpg', 'x/a.jpg', 'b.jpg', 'y/d.jpg', 'x']
    assert missing_files(tmp_path, names) == ['b.jpg', 'x', 'x/c.jpg', 'y/d.jpg']


OPENCV = tuple(int(number) for number in cv2.__version__.split('.')[:2])
GREY = np.arange(60 * 80, dtype=np.uint16).reshape(60, 80)
# How a file is written; its kind, and whether it looks in training as everywhere.
KINDS = {
    'a.jpg': (Image.new('RGB', (80, 60)), 'JPEG RGB', True),
    'b.jpg': (Image.new('L', (80, 60)), 'JPEG L', True),
    'c.jpg': (Image.new('CMYK', (80, 60)), 'JPEG CMYK', False),
    'a.png': (Image.new('P', (80, 60)), 'PNG P', True),
    'b.png': (Image.new('1', (80, 60)), 'PNG 1', True),
    'c.png': (Image.new('RGBA', (80, 60)), 'PNG RGBA', False),
    'd.png': (Image.fromarray(GREY), 'PNG I;16B', False),
    'a.tif': (Image.fromarray(GREY.astype(np.float32)), 'TIFF F;32F raw', False),
    'a.webp': (Image.new('RGB', (80, 60)), 'WEBP RGB', True),
    'a.bmp': (Image.new('RGB', (80, 60)), 'BMP RGB', True),
}


@pytest.mark.parametrize('name', KINDS)
def test_the_header_tells_the_kind(name, tmp_path):
    image, kind, plain = KINDS[name]
    image.save(tmp_path / name)
    assert read_header(tmp_path / name) == Header((60, 80), 1, kind, plain)


def test_16_bits_in_three_channels_are_not_taken_for_8(tmp_path):
    cv2.imwrite(str(tmp_path / 'a.png'), np.dstack([GREY] * 3))
    assert read_header(tmp_path / 'a.png') == Header((60, 80), 1, 'PNG RGB;16B', False)


def test_transparent_colours_and_several_frames_are_not_plain(tmp_path):
    Image.new('P', (80, 60)).save(tmp_path / 'a.png', transparency=0)
    frames = [Image.new('RGB', (80, 60), colour) for colour in ('red', 'blue')]
    frames[0].save(tmp_path / 'b.png', save_all=True, append_images=frames[1:])
    kinds = [read_header(tmp_path / name).kind for name in ('a.png', 'b.png')]
    assert kinds == ['PNG P transparent', 'PNG RGB animated']


@pytest.mark.parametrize('suffix', ['jpg', 'png', 'tif', 'webp'])
@pytest.mark.parametrize('turned', [1, 3, 6])
def test_the_header_is_what_mmcv_reads(turned, suffix, tmp_path):
    exif, file = Image.Exif(), tmp_path / f'a.{suffix}'
    exif[ORIENTATION] = turned
    Image.new('RGB', (80, 60)).save(file, exif=exif)
    assert read_header(file).size == mmcv.imfrombytes(file.read_bytes()).shape[:2]
    was_turned = suffix != 'webp' or OPENCV >= (4, 13)
    assert read_header(file).orientation == (turned if was_turned else 1)


def test_large_metadata_before_the_size_is_read_over(tmp_path):
    Image.new('RGB', (80, 60)).save(tmp_path / 'a.jpg', comment=b'x' * 50_000)
    assert read_header(tmp_path / 'a.jpg') == Header((60, 80), 1, 'JPEG RGB')


@pytest.mark.parametrize('dtype', [np.float32, np.int32])  # OpenCV reads integers unchanged only
def test_what_opencv_alone_reads_has_a_size(dtype, tmp_path):
    cv2.imwrite(str(tmp_path / 'a.tif'), np.zeros((60, 80, 3), dtype))
    assert read_header(tmp_path / 'a.tif') == Header((60, 80), 1, OPENCV_ALONE, False)


def test_a_changed_file_is_read_again(tmp_path):
    file = tmp_path / 'a.png'
    for width in (80, 81_000):
        Image.new('1', (width, 60)).save(file)
        assert read_header(file).size == (60, width)


@pytest.mark.parametrize(
    ('content', 'reason'),
    [
        (b'', 'it is empty: get it anew'),
        (b'nothing', 'it is damaged or no image'),
        (b'\xff\xd8\xff', 'it is damaged or no image'),
        (b'<!doctype html>', 'it is an HTML page'),
    ],
)
def test_headers_are_read_together_and_what_is_none_is_an_error(content, reason, tmp_path):
    write_image(tmp_path / 'a.jpg')
    (tmp_path / 'b.jpg').write_bytes(content)
    files = [tmp_path / name for name in ('a.jpg', 'b.jpg', 'c.jpg', 'a.jpg')]
    headers = read_headers(files, 'images')
    assert list(headers) == files[:3]
    assert headers[files[0]] == Header((60, 80), 1, 'JPEG RGB')
    assert str(headers[files[1]]).startswith(f'image {files[1]} cannot be read: {reason}')
    assert str(headers[files[2]]).endswith('No such file or directory.')
