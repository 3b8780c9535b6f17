"""Pixels of label maps are read from their files, or the files are refused by name."""

import numpy as np
import pytest
from mask_folders import write_mask
from PIL import Image

from res2net_mm.errors import UserError
from res2net_mm.formats.label_maps.map_file import (
    GREY,
    colour_text,
    pack_colours,
    read_label_map,
    read_palette,
    read_pixels,
    voc_colours,
)

LABELS = np.tile(np.array([0, 1, 3], np.uint8), (4, 2))
COLOURS = np.array([(0, 0, 0), (128, 0, 0), (1, 2, 3), (0, 0, 255)], np.uint8)


def with_palette(colours=COLOURS):
    image = Image.fromarray(LABELS).convert('P')
    image.putdata(LABELS.ravel().tolist())
    image.putpalette(colours.ravel().tolist())
    return image


# How a label map is saved -> its file, and whether training can read the same from it.
VALUES = {
    'grey': (lambda f: Image.fromarray(LABELS).save(f), 'a.png', True),
    'upper case': (lambda f: Image.fromarray(LABELS).save(f, 'PNG'), 'a.PNG', True),
    '16 bits': (lambda f: Image.fromarray(LABELS.astype(np.uint16)).save(f), 'a.png', True),
    'BMP': (lambda f: Image.fromarray(LABELS).save(f), 'a.bmp', True),
    'palette': (lambda f: with_palette().save(f), 'a.png', True),
    'equal channels': (lambda f: Image.fromarray(np.dstack([LABELS] * 3)).save(f), 'a.png', False),
    'and alpha': (lambda f: Image.fromarray(np.dstack([LABELS] * 4)).save(f), 'a.png', False),
    'grey and alpha': (lambda f: Image.fromarray(np.dstack([LABELS] * 2)).save(f), 'a.png', False),
    'lossless WebP': (
        lambda f: Image.fromarray(np.dstack([LABELS] * 3)).save(f, lossless=True),
        'a.webp',
        False,
    ),
    'array': (lambda f: np.save(f, LABELS.astype(np.int64)), 'a.npy', False),
}


@pytest.mark.parametrize('how', VALUES)
def test_values(how, tmp_path):
    save, name, direct = VALUES[how]
    save(tmp_path / name)
    pixels = read_pixels(tmp_path / name)
    assert pixels.codes.dtype == np.uint8
    assert np.array_equal(pixels.codes, LABELS)
    assert (pixels.direct, pixels.palette) == (direct, how == 'palette')
    shown = [0, 0x800000, 0x010203, 0x0000FF] if pixels.palette else GREY[:4].tolist()
    assert pixels.shown is not None
    assert pixels.shown[:4].tolist() == shown
    assert np.array_equal(read_label_map(tmp_path / name), LABELS)


def test_bits_are_black_and_white(tmp_path):
    Image.fromarray(LABELS > 0).save(tmp_path / 'a.png')
    Image.fromarray((LABELS > 0).astype(np.uint8) * 255).save(tmp_path / 'a.gif')
    for name in ('a.png', 'a.gif'):
        pixels = read_pixels(tmp_path / name)
        assert np.array_equal(pixels.codes, 255 * (LABELS > 0))
        assert not pixels.direct


@pytest.mark.parametrize('save', ['RGB', 'RGBA', 'gif'])
def test_colours(save, tmp_path):
    file = tmp_path / ('a.gif' if save == 'gif' else 'a.png')
    with_palette().convert('RGB' if save == 'gif' else save).save(file)
    pixels = read_pixels(file)
    assert pixels.shown is None
    assert np.array_equal(pixels.codes, pack_colours(COLOURS)[LABELS])
    with pytest.raises(UserError, match=rf'{file.name} holds colours and not labels'):
        read_label_map(file)


@pytest.mark.parametrize(
    ('content', 'name', 'reason'),
    [
        (b'nothing', 'a.png', 'cannot be read'),
        (b'nothing', 'a.npy', 'cannot be read'),
        (np.full((2, 3), 300, np.uint16), 'a.png', 'holds the label 300: 0 to 255 is allowed'),
        (np.full((2, 3), 0.5, np.float32), 'a.tif', 'holds F pixels'),
        (np.full((2, 3), 0.5), 'a.npy', 'a NumPy file of float64, not of whole numbers'),
        (np.full((2, 3, 4), 1), 'a.npy', r'the shape \(2, 3, 4\)'),
        (np.full((2, 3), -7), 'a.npy', 'holds the label -7'),
        (LABELS, 'a.jpg', 'a.jpg is a lossy JPEG, which blurs labels'),
        (np.dstack([LABELS] * 3), 'a.webp', 'a lossy WEBP'),
    ],
)
def test_what_holds_no_labels_is_refused(content, name, reason, tmp_path):
    file = tmp_path / name
    if isinstance(content, bytes):
        file.write_bytes(content)
    elif file.suffix == '.npy':
        np.save(file, content)
    else:
        Image.fromarray(content).save(file)
    with pytest.raises(UserError, match=reason):
        read_pixels(file)


@pytest.mark.parametrize('mode', ['L', 'RGB'])
def test_jpeg_is_read_as_greys_where_it_may_be(mode, tmp_path):
    Image.new(mode, (3, 2), 'white').save(tmp_path / 'a.jpg')
    pixels = read_pixels(tmp_path / 'a.jpg', lossy=True)
    assert pixels.codes.tolist() == [[255] * 3] * 2
    assert pixels.shown is not None


def test_arrays_of_labelme_have_255_where_they_say_minus_one(tmp_path):
    np.save(tmp_path / 'a.npy', np.array([[-1, 0, 2]], np.int32))
    assert read_pixels(tmp_path / 'a.npy').codes.tolist() == [[255, 0, 2]]


def test_palettes(tmp_path):
    write_mask(tmp_path / 'plain.png', (0, 3))
    write_mask(tmp_path / 'palette.png', (0, 3), palette=True)
    assert read_palette(tmp_path / 'plain.png') is None
    palette = read_palette(tmp_path / 'palette.png')
    assert palette is not None
    assert palette[3].tolist() == [128, 128, 0]


def test_the_colours_of_voc():
    shown = [colour_text(colour) for colour in voc_colours()]
    assert shown[:4] == ['0,0,0', '128,0,0', '0,128,0', '128,128,0']
    assert (shown[15], shown[20], shown[255]) == ('192,128,128', '0,64,128', '224,224,192')
