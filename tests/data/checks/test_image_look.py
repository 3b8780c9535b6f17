"""What training sees of an image beside what its file holds."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from mmengine.config import Config
from PIL import Image

from res2net_mm.data.checks.image_look import Look, image_loader, look, silence_opencv
from res2net_mm.formats.image_file import read_header

RAMP = np.tile(np.arange(80, dtype=np.uint8), (60, 1))


def seen(file, cfg=None):
    return look(file, read_header(file), image_loader(cfg))


def pipeline(**options):
    step = dict(type='LoadImageFromFile', **options)
    return Config(dict(train_dataloader=dict(dataset=dict(pipeline=[step]))))


def test_a_plain_image_is_looked_at_as_training_does(tmp_path):
    cv2.imwrite(str(tmp_path / 'a.png'), RAMP)
    assert seen(tmp_path / 'a.png') == Look((60, 80), (0, 79), None, 'PNG L')


def test_of_16_bits_the_upper_8_are_seen(tmp_path):
    cv2.imwrite(str(tmp_path / 'a.png'), RAMP.astype(np.uint16) * 16)
    expected = Look((60, 80), (0, 4), (0, 79 * 16), '16-bit numbers')
    assert seen(tmp_path / 'a.png') == expected


@pytest.mark.parametrize(
    ('dtype', 'kind'), [(np.float32, '32-bit floats'), (np.int32, '32-bit numbers')]
)
def test_what_cannot_be_read_has_no_size(dtype, kind, tmp_path):
    Image.fromarray(RAMP.astype(dtype)).save(tmp_path / 'a.tif')
    assert seen(tmp_path / 'a.tif') == Look(None, (0, 255), (0, 79), kind)


def test_opencv_says_nothing_of_an_image(capfd, tmp_path):
    Image.fromarray(RAMP.astype(np.int32)).save(tmp_path / 'a.tif')
    seen(tmp_path / 'a.tif')
    assert capfd.readouterr() == ('', '')


@pytest.mark.parametrize('early', [True, False])
def test_every_opencv_is_silenced(early, monkeypatch):
    levels = []
    logging = SimpleNamespace(setLogLevel=levels.append, LOG_LEVEL_SILENT=0)
    monkeypatch.setattr(cv2, 'utils', SimpleNamespace(logging=logging))
    monkeypatch.delattr(cv2, 'setLogLevel', raising=False)
    if early:
        monkeypatch.setattr(cv2, 'setLogLevel', levels.append, raising=False)
        monkeypatch.delattr(cv2, 'utils')
    silence_opencv()
    assert levels == [0]


def test_the_pipeline_of_the_config_decodes(tmp_path):
    Image.fromarray(RAMP.astype(np.float32)).save(tmp_path / 'a.tif')
    image = seen(tmp_path / 'a.tif', pipeline(color_type='unchanged'))
    assert (image.size, image.seen, image.stored) == ((60, 80), (0, 79), None)


def test_transparent_pixels_are_counted_and_colours_compared(tmp_path):
    pixels = np.dstack([RAMP, RAMP, RAMP, np.full_like(RAMP, 255)])
    pixels[:15, ..., 3] = 0
    Image.fromarray(pixels).save(tmp_path / 'a.png')
    assert seen(tmp_path / 'a.png') == Look((60, 80), (0, 79), None, 'PNG RGBA', 0, 0.25)


def test_colours_are_compared_with_those_that_other_programs_show(tmp_path):
    Image.fromarray(RAMP).convert('CMYK').save(tmp_path / 'a.jpg', quality=100)
    assert seen(tmp_path / 'a.jpg').off < 2
    inverted = look(
        tmp_path / 'a.jpg', read_header(tmp_path / 'a.jpg'), lambda _: 255 - np.dstack([RAMP] * 3)
    )
    assert inverted.off == pytest.approx(255 - 79, abs=1)


def test_the_first_of_several_frames_is_seen(tmp_path):
    frames = [Image.fromarray(RAMP), Image.fromarray(255 - RAMP)]
    frames[0].save(tmp_path / 'a.gif', save_all=True, append_images=frames[1:])
    image = seen(tmp_path / 'a.gif')
    assert (image.size, image.seen, image.frames) == ((60, 80), (0, 79), 2)
