"""Images are decoded to their last pixel, by Pillow and as training does, and occur once."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from res2net_mm.data.checks.decoded_images import (
    DecodedImage,
    check_images,
    check_overlap,
    decode,
    decode_all,
)
from res2net_mm.data.checks.image_look import Look, image_loader
from res2net_mm.formats import Findings
from res2net_mm.formats.findings import ERROR, PROBLEM
from res2net_mm.formats.image_file import ORIENTATION, Header

LOAD = image_loader(None)


def write(path: Path, seed: int = 0, orientation: int = 1) -> Path:
    pixels = np.random.default_rng(seed).integers(0, 255, (60, 80, 3), dtype=np.uint8)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    Image.fromarray(pixels).save(path, exif=exif)
    return path


def test_what_is_whole_has_a_size_and_a_digest(tmp_path):
    image = decode(write(tmp_path / 'a.png', orientation=6), LOAD)
    assert image.header == Header((80, 60), 6, 'PNG RGB')
    assert (image.look, image.fault) == (Look((80, 60), (0, 254), kind='PNG RGB'), '')
    assert image.digest == decode(write(tmp_path / 'b.png'), LOAD).digest
    assert image.digest != decode(write(tmp_path / 'c.png', seed=1), LOAD).digest


@pytest.mark.parametrize('share', [0, 0.3, 0.7])
def test_what_is_cut_short_has_a_fault(share, tmp_path):
    content = write(tmp_path / 'a.jpg').read_bytes()
    (tmp_path / 'a.jpg').write_bytes(content[: int(share * len(content))])
    image = decode(tmp_path / 'a.jpg', LOAD)
    assert image.fault
    assert (image.look.size, image.digest) == (None, b'')


def test_what_opencv_cannot_read_has_no_look(tmp_path):
    Image.new('RGB', (32, 32)).save(tmp_path / 'a.ico')
    image = decode(tmp_path / 'a.ico', LOAD)
    assert (image.fault, image.look.size) == ('', None)


def test_files_that_are_not_there_are_passed_over(tmp_path):
    file = write(tmp_path / 'a.png')
    assert list(decode_all([file, tmp_path / 'gone.png', file], LOAD, 'images')) == [file]


HEADER = Header((60, 80))


@pytest.mark.parametrize(
    ('image', 'severity', 'words'),
    [
        (DecodedImage(HEADER, fault='broken'), ERROR, 'at which training stops'),
        (DecodedImage(HEADER, Look((60, 80)), fault='broken'), PROBLEM, 'sees in part'),
        (DecodedImage(HEADER), ERROR, 'images that training cannot read'),
        (DecodedImage(HEADER, Look((60, 80), (0, 9))), PROBLEM, 'all but black'),
        (DecodedImage(HEADER, Look((60, 80))), None, ''),
        (DecodedImage(fault='found by its header'), None, ''),
    ],
)
def test_what_decoding_shows_is_told(image, severity, words):
    findings = Findings(stop=False)
    check_images(Path('list'), {Path('a.jpg'): image}, findings)
    assert [finding.severity for finding in findings] == ([] if severity is None else [severity])
    for finding in findings:
        assert words in finding.name
        assert 'a.jpg' in finding.examples[0]


def test_the_same_pixels_under_another_name_are_found():
    train, twin, other = Path('a.jpg'), Path('b.jpg'), Path('c.jpg')
    decoded = {file: DecodedImage(HEADER, digest=b'x') for file in (train, twin)}
    decoded[other] = DecodedImage(HEADER, digest=b'y')
    findings = Findings()
    check_overlap([train], [twin, other], decoded, source=Path('l'), name='val', findings=findings)
    assert [finding.examples for finding in findings] == [('b.jpg is a.jpg',)]
